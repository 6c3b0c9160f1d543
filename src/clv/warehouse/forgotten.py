"""Persons who were forgotten: known by keyed hashes, so that they stay out when they are delivered again."""

import hashlib
import os
from collections.abc import Iterable

from clv.errors import UsageError
from clv.warehouse.files import IDENTITY_KEY, OWNER_ALONE, Warehouse

HEADER = "kind,value_hash"
KINDS = ("id", "email", "order")


def identity_key(warehouse: Warehouse) -> str:
    """Return the key of guests' ids. Raises UsageError where there is none."""
    given = os.environ.get(IDENTITY_KEY)
    try:
        key = given or warehouse.identity_key_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(
            f"{warehouse.identity_key_file} can't be read ({error.strerror}): it holds the key by which those who were "
            f"forgotten are known. Restore it, or set the environment variable {IDENTITY_KEY}."
        ) from error
    if not key:
        raise UsageError(f"{warehouse.identity_key_file} is empty: restore it.")
    return key


def hashed(key: str, kind: str, value: str) -> str:
    """Return what a value is known by: the macro forgotten_hash does the same."""
    return _md5(key + _md5(f"{key}{kind}:{value}"))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def is_forgotten(warehouse: Warehouse, kind: str, value: str) -> bool:
    """Say whether a value is that of somebody who was forgotten."""
    return f"{kind},{hashed(identity_key(warehouse), kind, value)}" in _lines(warehouse)


def remember_forgotten(warehouse: Warehouse, values: Iterable[tuple[str, str]]) -> None:
    """Add the hashes of (kind, value) to the list, which is replaced as a whole."""
    key = identity_key(warehouse)
    lines = _lines(warehouse) or [HEADER, f"key,{hashed(key, 'key', '')}"]
    if lines[1] != f"key,{hashed(key, 'key', '')}":
        raise UsageError(
            f"{warehouse.forgotten_file} was made with another key than the one that is given now: restore that key."
        )
    added = [f"{kind},{hashed(key, kind, value)}" for kind, value in values]
    draft = warehouse.runs / "forgotten.part"
    descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, OWNER_ALONE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("\n".join(dict.fromkeys([*lines, *added])) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(warehouse.forgotten_file)


def _lines(warehouse: Warehouse) -> list[str]:
    if not warehouse.forgotten_file.exists():
        return []
    return warehouse.forgotten_file.read_text(encoding="ascii").splitlines()
