"""What the report costs: seconds to query and to draw it, bytes of the page, milliseconds until a browser has drawn it.

A shop is generated and published, then its customers are multiplied, each with values of its own, so that the page
aggregates as many rows as are asked for. Prints one line of JSON per number of customers.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
from playwright.sync_api import sync_playwright

from clv.report.data import read_figures
from clv.report.page import render

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SEED_CUSTOMERS = 3000
MULTIPLY_SQL = """
create table marts.multiplied as
select customers.* replace (
    customers.customer_id || '-' || copy as customer_id,
    customers.total_clv * (0.5 + random()) as total_clv,
    customers.predicted_clv * (0.5 + random()) as predicted_clv,
    cast(customers.days_since_last_order * random() as integer) as days_since_last_order,
    cast(customers.days_overdue * (0.5 + random()) as integer) as days_overdue
)
from marts.dim_customers as customers
cross join range({copies}) as copies (copy);
drop table marts.dim_customers;
alter table marts.multiplied rename to dim_customers;
"""


def main() -> None:
    """Measure, and print one line of JSON per number of customers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="to work in; what is there is removed")
    parser.add_argument("--customers", type=int, nargs="+", default=[SEED_CUSTOMERS, 1_000_000])
    arguments = parser.parse_args()
    folder: Path = arguments.folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    raw, warehouse = folder / "raw", folder / "warehouse"
    _run("clv", "generate", str(raw), "--customers", str(SEED_CUSTOMERS))
    _run("clv", "run", "--raw", str(raw), "--warehouse", str(warehouse))
    for customers in arguments.customers:
        file = folder / f"{customers}.duckdb"
        shutil.copyfile(warehouse / "clv.duckdb", file)
        with duckdb.connect(str(file)) as connection:
            connection.execute(MULTIPLY_SQL.format(copies=round(customers / SEED_CUSTOMERS)))
        sys.stdout.write(json.dumps(_measure(file)) + "\n")


def _measure(file: Path) -> dict[str, float]:
    started = time.perf_counter()
    figures = read_figures(file)
    queried = time.perf_counter()
    page = file.with_suffix(".html")
    page.write_text(render(figures, None), encoding="utf-8")
    drawn = time.perf_counter()
    return {
        "customers": figures.first("customers")["customers"],
        "query_seconds": round(queried - started, 2),
        "page_seconds": round(drawn - queried, 2),
        "page_megabytes": round(page.stat().st_size / 1e6, 2),
        "browser_seconds": _draw_in_browser(page) / 1000,
    }


def _draw_in_browser(page: Path) -> int:
    """Return the milliseconds from the start of the page's loading to its last chart."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=executable) as browser:
        tab = browser.new_page()
        tab.goto(page.as_uri())
        tab.wait_for_selector("html[data-drawn]")
        return int(tab.locator("html").get_attribute("data-drawn") or 0)


def _run(*command: str) -> None:
    executable = Path(sys.executable).with_name(command[0])
    subprocess.run([str(executable), *command[1:]], check=True, stdout=subprocess.DEVNULL)  # noqa: S603


if __name__ == "__main__":
    main()
