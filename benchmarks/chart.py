"""Draws results.json as lines of seconds and memory by customers: `chart.py results.json speed.svg`."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import altair as alt
from report import OURS, Measurement

COLOURS = {OURS: "#d9480f", "lifetimes": "#1c7ed6", "clvkit": "#2b8a3e", "pymc-marketing": "#7048e8"}
PANELS = {
    "work_seconds": "the work itself, seconds",
    "process_seconds": "whole process, seconds",
    "peak_mb": "peak memory, MB",
}


def points(measurements: Iterable[Measurement]) -> list[dict[str, Any]]:
    """One point per measurement that came to its end."""
    return [
        {"customers": m.customers, "contestant": m.contestant, **{name: getattr(m, name) for name in PANELS}}
        for m in measurements
        if m.result
    ]


def panel(field: str, title: str, sizes: Sequence[int]) -> alt.Chart:
    """Lines of one measure by customers, both on logarithmic scales."""
    return (
        alt.Chart(title=title, width=230, height=230)
        .mark_line(point=True)
        .encode(
            alt.X("customers:Q", title="customers", axis=alt.Axis(values=sizes, format="~s")).scale(type="log"),
            alt.Y(f"{field}:Q", title=None, axis=alt.Axis(format=",~r", tickCount=5)).scale(type="log"),
            alt.Color("contestant:N", title=None).scale(domain=list(COLOURS), range=list(COLOURS.values())),
        )
    )


def draw(measurements: Sequence[Measurement]) -> alt.HConcatChart:
    """The panels side by side."""
    sizes = sorted({m.customers for m in measurements})
    panels = [panel(field, title, sizes) for field, title in PANELS.items()]
    chart = alt.hconcat(*panels, data=alt.Data(values=points(measurements)), background="white")
    return chart.configure_legend(orient="bottom", labelFontSize=12).configure_title(fontWeight="normal")


def main() -> None:
    """Read the results and write the picture."""
    source, target = map(Path, sys.argv[1:])
    measurements = [Measurement(**fields) for fields in json.loads(source.read_text())["measurements"]]
    draw(measurements).save(str(target))


if __name__ == "__main__":
    main()
