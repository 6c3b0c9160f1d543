"""Writes the metric dictionary, docs/reference/metrics.md, from a manifest: python docs/metrics.py MANIFEST PAGE."""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from clv.console.descriptions import split_unit

Node = Mapping[str, Any]

INTRODUCTION = """# Metric dictionary

What every published number means, in which unit, and in which mart it is. `make docs` writes this page from the
descriptions of [models/marts](../../models/marts), and a test compares both: change the description, not the page.

*Reporting currency* is that of var `reporting_currency`; a *fraction* of 0.25 is 25%. Money is exact, `numeric(28, 4)`.
"""
METRICS = """## Metrics

Named figures that [MetricFlow](https://docs.getdbt.com/docs/build/about-metricflow) computes from the marts, split
as you ask: `mf query --metrics revenue --group-by metric_time__month`.
"""
MARTS = """## Marts

Tables of schema `marts` in `clv.duckdb`.
"""
COLUMNS = """## Columns

From A to Z. A name that means the same in several marts is listed once.
"""

ESCAPED_BAR = "\\|"
DIMENSION = re.compile(r"{{ *Dimension\('(?:\w+__)?(\w+)'\) *}}")


def main() -> None:
    """Read the manifest and write the page that the arguments name."""
    manifest, page = (Path(argument) for argument in sys.argv[1:])
    page.write_text(render(json.loads(manifest.read_text(encoding="utf-8"))), encoding="utf-8")


def render(manifest: Node) -> str:
    """Return the page."""
    marts = sorted(_marts(manifest), key=lambda mart: str(mart["name"]))
    parts = (
        INTRODUCTION,
        METRICS,
        _table(("metric", "name", "what it is", "unit", "computed as"), _metric_rows(manifest)),
        MARTS,
        _table(("mart", "rows"), ([_link(mart), _line(mart["description"])] for mart in marts)),
        COLUMNS,
        _table(("column", "what it is", "unit", "in"), _column_rows(marts)),
    )
    return "\n".join(parts)


def _marts(manifest: Node) -> Iterable[Node]:
    return (
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["path"].startswith("marts/")
    )


def _link(mart: Node) -> str:
    """Name a mart, with a link to the file that describes it."""
    return f"[`{mart['name']}`](../../{mart['patch_path'].split('://')[1]})"


def _column_rows(marts: Iterable[Node]) -> list[list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for mart in marts:
        for name, column in mart["columns"].items():
            found.setdefault((name, column["description"]), []).append(f"`{mart['name']}`")
    return [
        [f"`{name}`", *split_unit(description), ", ".join(names)]
        for (name, description), names in sorted(found.items())
    ]


def _metric_rows(manifest: Node) -> list[list[str]]:
    measures = {
        measure["name"]: (measure, model)
        for model in manifest["semantic_models"].values()
        for measure in model["measures"]
    }
    metrics = sorted(manifest["metrics"].values(), key=lambda metric: str(metric["name"]))
    return [
        [f"`{metric['name']}`", metric["label"], *split_unit(metric["description"]), _formula(metric, measures)]
        for metric in metrics
    ]


def _formula(metric: Node, measures: Mapping[str, tuple[Node, Node]]) -> str:
    """Say how a metric is computed: of other metrics, or by an aggregate over a mart."""
    parameters = metric["type_params"]
    if metric["type"] == "ratio":
        return f"`{parameters['numerator']['name']} / {parameters['denominator']['name']}`"
    if metric["type"] == "derived":
        return f"`{parameters['expr']}`"
    measure, model = measures[parameters["measure"]["name"]]
    conditions = [
        DIMENSION.sub(r"\1", condition["where_sql_template"])
        for condition in (metric["filter"] or {}).get("where_filters", [])
    ]
    where = f" where `{' and '.join(conditions)}`" if conditions else ""
    return f"`{_aggregate(measure)}` of `{model['node_relation']['alias']}`{where}{_moment(measure, model)}"


def _moment(measure: Node, model: Node) -> str:
    """Say at which moment a measure is taken that can't be added up over time."""
    moment = measure["non_additive_dimension"]
    if not moment:
        return ""
    columns = {dimension["name"]: dimension["expr"] or dimension["name"] for dimension in model["dimensions"]}
    return f", at the {'latest' if moment['window_choice'] == 'max' else 'earliest'} `{columns[moment['name']]}`"


def _aggregate(measure: Node) -> str:
    expression = measure["expr"] or measure["name"]
    return f"count(distinct {expression})" if measure["agg"] == "count_distinct" else f"{measure['agg']}({expression})"


def _line(text: str) -> str:
    return " ".join(text.split())


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(headings)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', ESCAPED_BAR) for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    main()
