"""What stands below the raw folder besides plain files: links and pipes, which nobody may pass over without a word."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clv.commands.samples import DATA_ENDINGS


@dataclass
class Links:
    """Sentences about links and pipes. problems: why no run can start. followed: links that are read."""

    problems: list[str] = field(default_factory=list)
    followed: list[str] = field(default_factory=list)


def look_for_links(raw: Path | None, sources: Iterable[str], variables: Mapping[str, Any]) -> Links:
    """Look at each entry below `raw` that a source could be read from, by its name or by var raw_names."""
    found = Links()
    if raw is None:
        return found
    names = {name.casefold() for name in sources} | set(_named(variables.get("raw_names")))
    for path in _entries(raw):
        first = path.relative_to(raw).parts[0]
        is_of_source = first.split(".")[0].casefold() in names or first.casefold() in names
        if is_of_source or path.name.lower().endswith(DATA_ENDINGS):
            _judge(raw, path, found)
    return found


def _named(value: object) -> Iterator[str]:
    """Yield the first part of each name within var raw_names."""
    if isinstance(value, str):
        yield value.casefold().split("/")[0]
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _named(item)


def _entries(raw: Path) -> Iterator[Path]:
    """Yield links, and what is neither a file nor a folder; hidden entries aside."""
    for folder, folders, files in os.walk(raw):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in [*folders, *files]:
            path = Path(folder) / name
            mode = path.lstat().st_mode
            if not (name.startswith(".") or stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                yield path


def _judge(raw: Path, path: Path, found: Links) -> None:
    name = path.relative_to(raw).as_posix()
    if not path.is_symlink():
        found.problems.append(f"{name} is a pipe or a device, and no file: write what it gives to a file.")
        return
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        found.problems.append(f"{name} is a link to {path.readlink()}, which isn't there: remove it, or put it right.")
        return
    if not target.is_relative_to(raw.resolve()):
        found.problems.append(
            f"{name} is a link to {target}, outside of the raw folder: nothing is read there. Put the files "
            f"themselves into {raw}, mount their folder there, or let --raw be a folder that holds both."
        )
    elif target.is_dir() and path.parent != raw:
        found.problems.append(f"{name} is a link to a folder, which is not followed: put the folder itself there.")
    elif not (target.is_dir() or target.is_file()):
        found.problems.append(f"{name} is a link to a pipe or a device, and no file: write what it gives to a file.")
    else:
        found.followed.append(f"{name} is a link, and read as {target.relative_to(raw.resolve()).as_posix()}.")
