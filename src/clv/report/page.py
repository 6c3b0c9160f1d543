"""Puts the report together as one file that loads nothing: markup, style, charts and the library that draws them."""

from importlib.resources import files
from typing import Any

import altair
import jinja2
import vl_convert

from clv.console.words import words
from clv.report.charts import PERIODS
from clv.report.data import Published
from clv.report.figures import sections
from clv.report.findings import findings
from clv.report.headlines import headlines, headlines_by_choice, is_comparable
from clv.report.parts import Figure, Section, Shop
from clv.report.worth import definition


def render(now: Published, before: Published | None) -> str:
    """Return the page of a published file; before: of the publication before it, None if there is none."""
    earlier = before if before and is_comparable(now, before) else None
    folder = files("clv.report") / "page"
    parts = {name: (folder / name).read_text(encoding="utf-8") for name in ("report.html", "report.css", "report.js")}
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["words"] = words
    found = sections(now)
    return environment.from_string(parts["report.html"]).render(
        style=parts["report.css"],
        script=parts["report.js"],
        library=_library(),
        publication=now.publication,
        earlier=earlier.publication if earlier else None,
        is_otherwise_computed=bool(before and not earlier),
        whole=now.first("customers"),
        headlines=headlines(now, earlier),
        tiles=_tiles(now),
        findings=findings(now),
        definition=definition(Shop(now)),
        sections=found,
        charts=[_chart(figure) for section in found for figure in section.figures if figure.spec],
        filters=_filters(now, found),
    )


def _library() -> str:
    """Return Vega, Vega-Lite and vega-embed as one script, once for all charts."""
    # the Vega-Lite whose charts Altair writes: v6.4.1 goes by the name of 6.4
    version = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    bundle: str = vl_convert.javascript_bundle(vl_version=version)  # type: ignore[call-arg]  # it needs no snippet
    return bundle.replace("</script", "<\\/script")


def _chart(figure: Figure) -> dict[str, Any]:
    """Return what the page draws; the rows as columns, which is half as long."""
    names = list(figure.rows[0]) if figure.rows else []
    return {
        "name": figure.name,
        "spec": figure.spec,
        "filters": figure.filters,
        "titles": figure.titles,
        "columns": {name: [row[name] for row in figure.rows] for name in names},
    }


def _tiles(now: Published) -> dict[str, list[list[str]]]:
    """Return what the headline figures become by the filters."""
    by_choice = headlines_by_choice(now)
    return {key: [[tile.value, tile.unit, tile.note] for tile in tiles] for key, tiles in by_choice.items()}


def _filters(now: Published, found: list[Section]) -> list[dict[str, Any]]:
    """Return the controls that at least one chart follows and that have something to choose."""
    used = {name for section in found for figure in section.figures if figure.spec for name in figure.filters}
    channels = [(row["channel"], words(row["channel"])) for row in now.rows("channels")]
    tiers = [(row["value_tier"], row["value_tier"]) for row in now.rows("tiers")]
    periods = [(str(months), f"last {months} months") for months in reversed(PERIODS)]
    controls = [
        {"name": "channel", "label": "Channel", "options": [("all", "all channels"), *channels]},
        {"name": "tier", "label": "Value tier", "options": [("all", "all tiers"), *tiers]},
        {"name": "period", "label": "Period", "options": periods},
    ]
    return [control for control in controls if control["name"] in used and len(control["options"]) > 2]
