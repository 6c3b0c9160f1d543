"""Ready mappings of platforms, which var raw_preset names: what their files hold, and how vars come of it."""

import difflib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from clv.errors import UsageError

PRESET = "raw_preset"
FOLDER = Path(__file__).parents[1] / "presets"
BY_SOURCE = ("raw_names", "raw_columns", "raw_where", "raw_queries", "raw_files")
"""Vars that say something of each source: what the shop says of one replaces what a preset says of it, no more."""

LISTS = ("counted_order_statuses", "raw_timestamp_formats")
"""Vars of which several presets each know a part."""

CONTRACT = Path("models/staging/shop/_shop__sources.yml")


@dataclass(frozen=True)
class Preset:
    """A platform's mapping.

    recognised_by: raw file, as vars name it, and columns that it has. confirm: what the user should know or look at.
    """

    name: str
    title: str
    recognised_by: Mapping[str, list[str]]
    confirm: list[str]
    variables: Mapping[str, Any]


def preset_names() -> list[str]:
    """Return the names of the presets that come with the package."""
    return sorted(file.stem for file in FOLDER.glob("*.yml"))


def read_preset(name: str, beside: Path | None = None) -> Preset:
    """Read a preset: one of the package, or a file of the user's own, whose path may be relative to `beside`.

    Raises UsageError where there is none, or where it can't be read.
    """
    file = FOLDER / f"{name}.yml"
    if name not in preset_names():
        file = (beside or Path.cwd()) / name
        if file.suffix not in (".yml", ".yaml") or not file.is_file():
            near = difflib.get_close_matches(name, preset_names(), n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"The presets are: {', '.join(preset_names())}."
            raise UsageError(f"There is no preset '{name}'. {hint} A preset of your own is the path of a .yml file.")
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        variables = content["vars"]
        return Preset(
            file.stem,
            str(content.get("title") or file.stem),
            content.get("recognised_by") or {},
            content.get("confirm") or [],
            dict(variables),
        )
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        raise UsageError(f"Preset {file} can't be read: it must be YAML with a mapping 'vars'.") from error


def with_presets(variables: Mapping[str, Any], beside: Path | None = None) -> dict[str, Any]:
    """Return the variables with those of their presets, and without raw_preset. The shop's own win, key by key."""
    named = variables.get(PRESET)
    own = {name: value for name, value in variables.items() if name != PRESET}
    if not named:
        return own
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(f"var raw_preset is '{named}': give the name of a preset, or a list of them.")
    merged: dict[str, Any] = {}
    for preset in (read_preset(name, beside) for name in names):
        _add(merged, preset, own)
    return _override(merged, own)


def _add(merged: dict[str, Any], preset: Preset, own: Mapping[str, Any]) -> None:
    """Add a preset's variables to those of others. Raises UsageError where both read the same source."""
    for name, value in deepcopy(dict(preset.variables)).items():
        if name in BY_SOURCE:
            there = merged.setdefault(name, {})
            twice = [source for source in value if source in there and source not in (own.get(name) or {})]
            if twice:
                raise UsageError(
                    f"Two presets of raw_preset read the source {twice[0]} ({preset.name} is the second): "
                    f"leave one out, or say in {name} which of them is meant."
                )
            there.update(value)
        elif name in LISTS:
            merged[name] = [*merged.get(name, []), *(item for item in value if item not in merged.get(name, []))]
        else:
            merged[name] = value


def _override(merged: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Put the shop's own variables over those of presets: by source, and by column in raw_columns."""
    result = dict(merged) | {name: value for name, value in own.items() if name not in BY_SOURCE}
    for name in BY_SOURCE:
        given = own.get(name)
        if given is not None and not isinstance(given, dict):
            result[name] = given  # the project says what is wrong with it
        elif given:
            result[name] = dict(result.get(name) or {})
            for source, value in given.items():
                before = result[name].get(source)
                is_deep = isinstance(before, dict) and isinstance(value, dict)
                result[name][source] = {**before, **value} if is_deep else value
    _prefer_own_origin(result, own)
    return result


def _prefer_own_origin(result: dict[str, Any], own: Mapping[str, Any]) -> None:
    """Forget a preset's query of a source for which the shop names a file."""
    queries = dict(result.get("raw_queries") or {})
    for source in list(queries):
        if source in (own.get("raw_names") or {}) and source not in (own.get("raw_queries") or {}):
            del queries[source]
    if "raw_queries" in result:
        result["raw_queries"] = queries


def required_columns(project: Path) -> dict[str, list[str]]:
    """Return the required columns of each source of the contract."""
    content = yaml.safe_load((project / CONTRACT).read_text(encoding="utf-8"))
    return {
        table["name"]: [column["name"] for column in table["columns"] if _meta(column).get("required")]
        for table in content["sources"][0]["tables"]
        if not _meta(table).get("is_landing_log")
    }


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return (node.get("config") or {}).get("meta") or {}
