"""Which folders the marts were exported to, so that a person can be forgotten there, too."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from clv.warehouse.files import Warehouse


def known_exports(warehouse: Warehouse) -> list[Path]:
    """Return the folders that exports of this warehouse were written to, in the order of their first time."""
    try:
        content = json.loads(warehouse.exports_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [Path(str(folder)) for folder in content] if isinstance(content, list) else []


def note_export(warehouse: Warehouse, folder: Path) -> None:
    """Remember a folder; whoever may only read the warehouse exports without that."""
    folders = known_exports(warehouse)
    if folder not in folders:
        keep_exports(warehouse, [*folders, folder])


def keep_exports(warehouse: Warehouse, folders: Sequence[Path]) -> None:
    """Write the list anew."""
    draft = warehouse.exports_file.with_suffix(".json.part")
    with suppress(OSError):
        draft.write_text(json.dumps([str(folder) for folder in folders], indent=1) + "\n", encoding="utf-8")
        draft.replace(warehouse.exports_file)
