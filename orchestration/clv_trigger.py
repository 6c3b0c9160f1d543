"""What every orchestrator does: run the nightly, say whether another try can help, raise the alarm.

The orchestrators' environments need nothing of this project: what is here is Python's standard library.
"""

import os
import shlex
import subprocess
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

SCHEDULE = os.environ.get("CLV_SCHEDULE", "0 3 * * *")
TIMEZONE = os.environ.get("CLV_TIMEZONE", "UTC")
RETRIES = 3
RETRY_DELAY = timedelta(seconds=float(os.environ.get("CLV_RETRY_SECONDS", "600")))
TIMEOUT = timedelta(hours=6)

OUTCOMES = {
    1: "the data failed a check, nothing was published",
    2: "wrong use or configuration, nothing was published",
    3: "another run holds the lock",
    4: "the machine failed (memory, disk, connection), nothing was published",
    127: "there is no such command",
}
HOPELESS = (1, 2, 127)
"""Exit codes that another try would end with as well."""

SILENT = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "GX_ANALYTICS_ENABLED": "false"}
"""Nothing of the nightly tells anybody that it is used."""

FOLDERS = ("CLV_RAW_DIR", "CLV_WAREHOUSE_DIR")
QUOTED_LINES = 20
ALERT_SECONDS = 60


class NightlyError(Exception):
    """The nightly failed. can_retry: whether another try can help."""

    def __init__(self, message: str, can_retry: bool) -> None:
        """Keep the sentences that say why."""
        super().__init__(message)
        self.can_retry = can_retry


def run_nightly(as_of: str | None, log: Callable[[str], None], artifacts: Path | None = None) -> None:
    """Run the command that CLV_COMMAND names as of a day (2025-06-30); each line that it prints goes to `log`.

    as_of None leaves the day to the command. artifacts: folder for dbt's manifest.json and run_results.json.
    Raises NightlyError.
    """
    _require_absolute_folders()
    command = shlex.split(os.environ.get("CLV_COMMAND", "clv run"))
    if as_of is not None:
        command += ["--as-of", as_of]
    environment = dict(os.environ) | SILENT
    if artifacts is not None:
        environment["DBT_TARGET_PATH"] = str(artifacts)
    log(shlex.join(command))
    exit_code, lines = _run(command, environment, log)
    if exit_code != 0:
        meaning = OUTCOMES.get(exit_code, "it was stopped or broke down")
        heading = f"{shlex.join(command)} ended with exit code {exit_code}: {meaning}."
        raise NightlyError("\n".join([heading, *lines]), can_retry=exit_code not in HOPELESS)


def _require_absolute_folders() -> None:
    for name in FOLDERS:
        folder = os.environ.get(name, "")
        if not Path(folder).is_absolute():
            state = f"is '{folder}', which depends on where the command is started" if folder else "is not set"
            raise NightlyError(f"{name} {state}: give the orchestrator an absolute path.", can_retry=False)


def _run(command: list[str], environment: dict[str, str], log: Callable[[str], None]) -> tuple[int, list[str]]:
    """Return the exit code (negative: killed by that signal) and the last lines that were printed."""
    try:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
    except OSError as error:
        return 127, [f"{command[0]} can't be started: {error.strerror}. CLV_COMMAND must name the path of clv."]
    lines: deque[str] = deque(maxlen=QUOTED_LINES)
    with process:
        try:
            for line in process.stdout or ():
                lines.append(line.rstrip())
                log(lines[-1])
        except BaseException:  # a timeout, or the orchestrator was told to stop: so is the run
            process.terminate()
            raise
    return process.returncode, list(lines)


def alert(message: str) -> None:
    """Hand `message` to the command that CLV_ALERT_COMMAND names, on its standard input. Without one, do nothing."""
    command = shlex.split(os.environ.get("CLV_ALERT_COMMAND", ""))
    if command:
        subprocess.run(command, input=message, text=True, timeout=ALERT_SECONDS, check=True)
