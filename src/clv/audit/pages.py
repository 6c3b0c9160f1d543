"""Writes the results of an audit as pages: what Great Expectations renders, in a shell that loads nothing."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2933; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
a { color: #1d5fa8 }
h5 { font-size: 1.15rem; margin: 2rem 0 .3rem }
pre { white-space: pre-wrap; background: #fdf0ef; border-left: 3px solid #b42318; padding: .6rem; margin: .5rem 0 }
table { border-collapse: collapse; width: 100% }
th, td { border-bottom: 1px solid #d9dee4; padding: .35rem .6rem; text-align: left; vertical-align: top }
td table { margin-top: .5rem }
.badge { background: #e8ecf0; border-radius: 3px; padding: 0 .3rem }
.text-danger, .failed { color: #b42318 }
.text-success, .passed { color: #1a7f37 }
.fa-check-circle::before { content: "✓" }
.fa-times::before { content: "✗" }
.fa-exclamation-triangle::before { content: "!" }
"""


POLICY = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">"""
"""Nothing is loaded and no script runs, whatever a value of the shop's looks like."""


@dataclass(frozen=True)
class SuitePage:
    """What a page shows: the results of a suite, a sentence for each that failed, and the rows of a query's frame.

    The first of `rows` are the names of the columns.
    """

    suite: str
    results: Sequence["ExpectationValidationResult"]
    failures: Sequence[str]
    rows: Sequence[Sequence[str]] = ()


def write_pages(folder: Path, pages: Sequence[SuitePage], skipped: Sequence[str]) -> None:
    """Write index.html and a page per suite to `folder`, which is replaced as a whole. Raises OSError."""
    from great_expectations.render.view.view import DefaultJinjaSectionView

    view: Any = DefaultJinjaSectionView()
    draft = folder.with_name(folder.name + ".next")
    former = folder.with_name(folder.name + ".former")
    _remove(draft)
    draft.mkdir(parents=True)
    for page in pages:
        (draft / f"{page.suite}.html").write_text(_html(page.suite, _suite(page, view)), encoding="utf-8")
    (draft / "index.html").write_text(_html("Audit", _index(pages, skipped)), encoding="utf-8")
    _remove(former)
    if folder.exists():
        folder.rename(former)
    draft.rename(folder)
    _remove(former)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _html(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{POLICY}\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def _index(pages: Sequence[SuitePage], skipped: Sequence[str]) -> str:
    failures = [sentence for page in pages for sentence in page.failures]
    checked = sum(len(page.results) for page in pages)
    verdict = f"{len(failures)} of {checked} expectations failed" if failures else f"All {checked} expectations are met"
    state = "failed" if failures else "passed"
    time = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    rows = [
        f'<tr><td><a href="{escape(page.suite)}.html">{escape(page.suite)}</a></td><td>{len(page.results)}</td>'
        f'<td class="{"failed" if page.failures else "passed"}">{len(page.failures) or "✓"}</td></tr>'
        for page in pages
    ]
    return "\n".join(
        [
            f'<p><strong class="{state}">{verdict}</strong>, {time}.</p>',
            *(f"<p>{escape(sentence)}</p>" for sentence in skipped),
            *(f"<pre>{escape(sentence)}</pre>" for sentence in failures),
            "<table><tr><th>suite</th><th>expectations</th><th>failed</th></tr>",
            *rows,
            "</table>",
        ]
    )


def _suite(page: SuitePage, view: Any) -> str:
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer

    succeeded = sum(bool(result.success) for result in page.results)
    whole = ExpectationSuiteValidationResult(
        success=succeeded == len(page.results),
        results=list(page.results),
        suite_name=page.suite,
        statistics={
            "evaluated_expectations": len(page.results),
            "successful_expectations": succeeded,
            "unsuccessful_expectations": len(page.results) - succeeded,
            "success_percent": 100.0 * succeeded / max(len(page.results), 1),
        },
        meta={"great_expectations_version": "", "run_id": {"run_name": "", "run_time": datetime.now(UTC).isoformat()}},
    )
    # the first section is an overview, whose links lead to pages that are not written
    sections = ValidationResultsPageRenderer().render(whole).to_json_dict()["sections"][1:]
    bodies = [
        view.render({"section": _escaped(section), "section_loop": {"index": index}})
        for index, section in enumerate(sections, 1)
    ]
    failures = [f"<pre>{escape(sentence)}</pre>" for sentence in page.failures]
    table = [f"<h5>Rows</h5><table>{''.join(map(_row, page.rows))}</table>"] if page.rows else []
    return "\n".join(['<p><a href="index.html">all suites</a></p>', *failures, *bodies, *table])


def _escaped(content: Any) -> Any:
    """Escape the texts that Great Expectations would write as they are; it escapes parameters of templates itself."""
    if isinstance(content, str):
        return escape(content, quote=False)
    if isinstance(content, list | tuple):
        return [_escaped(item) for item in content]
    if isinstance(content, dict):
        is_template = "template" in content
        return {
            name: value if is_template and name in ("template", "params") else _escaped(value)
            for name, value in content.items()
        }
    return content


def _row(values: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(value)}</td>' for value in values)}</tr>\n"
