"""The structured log of a warehouse: one JSON object per line."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG = logging.getLogger("clv")
MAX_BYTES = 5_000_000
KEPT_FILES = 3


class JsonFormatter(logging.Formatter):
    """Writes a record as {"at", "run_id", "level", "message"} and what it carries as `extra={"fields": {…}}`."""

    def __init__(self, run_id: str) -> None:
        """Name the run that the records belong to."""
        super().__init__()
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        content = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "run_id": self._run_id,
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            content["traceback"] = self.formatException(record.exc_info)
        return json.dumps(content, default=str)


class QuietFileHandler(RotatingFileHandler):
    """A file that is renamed when it has become large; a log that can't be written stops no run."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name that logging calls)
        """Do without the line."""

    def close(self) -> None:
        """Do without the lines that a full disk has kept from the file."""
        with suppress(OSError):
            super().close()


@contextmanager
def logged(file: Path, run_id: str) -> Iterator[None]:
    """Append what the package logs to `file` for as long as the block lasts."""
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
    handler = QuietFileHandler(file, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(JsonFormatter(run_id))
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
    LOG.addHandler(handler)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        handler.close()
