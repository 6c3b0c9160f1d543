"""Opens the report as its readers do: in a real browser, which is cut off from everything but the file."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conftest import lack
from playwright.sync_api import Browser, Page, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
NO_BROWSER = "there is no browser: `make browser` gets one"
DRAWN_MILLISECONDS = 60_000


@contextmanager
def launched() -> Iterator[Browser]:
    """Start the machine's Chromium, or the one that playwright has brought; the test can't go on where there is neither."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        path = next(filter(None, map(shutil.which, BROWSERS)), own if Path(own).exists() else None)
        if path is None:
            lack(NO_BROWSER)
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@dataclass
class OpenReport:
    """A report that is drawn. requests: all addresses asked for but the page's own. messages: of the console."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    @property
    def charts(self) -> list[str]:
        """Names of the charts, in the order of the page."""
        names = self.page.eval_on_selector_all(".chart", "charts => charts.map(chart => chart.id)")
        return [name.removeprefix("chart-") for name in names]

    def marks(self, chart: str) -> list[dict[str, str]]:
        """What the chart has drawn: for each mark, its values as it tells them to a screen reader."""
        labels = self.page.eval_on_selector_all(
            f"#chart-{chart} svg [aria-roledescription]",
            "marks => marks.filter(mark => mark.getAttribute('role') === 'graphics-symbol' && mark.hasAttribute('aria-label')"
            " && !/axis|legend|title/.test(mark.getAttribute('aria-roledescription')))"
            ".map(mark => mark.getAttribute('aria-label'))",
        )
        return [dict(part.split(": ", 1) for part in label.split("; ") if ": " in part) for label in labels]

    def total(self, chart: str, value: str) -> float:
        """Sum of a value over the marks of a chart."""
        return sum(float(mark[value].replace(",", "").replace("−", "-")) for mark in self.marks(chart))

    def headlines(self) -> dict[str, str]:
        """The headline figures as they are written, by name."""
        pairs = self.page.eval_on_selector_all(
            ".headlines > div",
            "boxes => boxes.map(box => [box.querySelector('dt').innerText, box.querySelector('.value').innerText])",
        )
        return {name: re.sub(r"\s+", " ", value).strip() for name, value in pairs}

    def title(self, figure: str) -> str:
        """Title of a figure, with plain spaces."""
        return " ".join(self.page.inner_text(f"#figure-{figure} h3").split())

    def table(self, figure: str) -> list[list[str]]:
        """Rows of the figure's numbers, without the headings."""
        rows: list[list[str]] = self.page.eval_on_selector_all(
            f"#figure-{figure} tbody tr", "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
        )
        return rows

    def choose(self, name: str, value: str) -> None:
        """Choose from a filter, and wait until the charts follow it."""
        text = self.page.eval_on_selector(f"select[name={name}] option[value='{value}']", "option => option.text")
        self.page.select_option(f"select[name={name}]", value)
        self.page.wait_for_function(
            "text => document.querySelector('form [role=status]').textContent.includes(text)", arg=text
        )

    def artifact(self, name: str) -> None:
        """Keep a picture of the whole page for people to look at."""
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


def open_report(browser: Browser, file: Path, width: int = 1280, **context: Any) -> OpenReport:
    """Open a report at this width; every request that leaves the page is refused and recorded."""
    page = browser.new_context(viewport={"width": width, "height": 900}, **context).new_page()
    report = OpenReport(page)

    def refuse(route: Any) -> None:
        report.requests.append(route.request.url)
        route.abort()

    page.route(lambda url: url != file.as_uri() and not url.startswith("data:"), refuse)
    page.on("console", lambda message: report.messages.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: report.messages.append(f"error: {error}"))
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-drawn]", timeout=DRAWN_MILLISECONDS)
    return report
