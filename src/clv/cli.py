"""The command line: reads arguments, calls the functions behind them, prints what they return."""

import json
import os
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from clv.errors import INTERRUPTED, ClvError, DataError, UsageError
from clv.progress import show_progress
from clv.project import (
    KEPT_PUBLICATIONS,
    RunSettings,
    check_vars,
    find_project,
    find_warehouse,
    parse_date,
    raw_folder,
    read_vars,
)

# dbt and numpy take a second to load: the commands import what needs them, so that `clv --help` answers at once

PLAIN_WIDTH = 120

app = typer.Typer(
    name="clv",
    help="""Customer lifetime value in the warehouse: from raw orders to tested marts.

    \b
    A first look, without data of your own:
        clv generate raw --customers 3000
        clv check --raw raw
        clv run --raw raw --warehouse warehouse

    Then open warehouse/clv.duckdb with any DuckDB client and read schema marts.""",
    rich_markup_mode=None,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

RawOption = Annotated[Path | None, typer.Option("--raw", help="Folder with the raw files [default: CLV_RAW_DIR].")]
WarehouseOption = Annotated[
    Path | None,
    typer.Option(
        "--warehouse", help="Folder of the warehouse [default: CLV_WAREHOUSE_DIR, or the project's warehouse/]."
    ),
]
VarsOption = Annotated[
    str, typer.Option("--vars", help="dbt variables: inline YAML, or the path of a YAML file.", metavar="YAML")
]
TargetOption = Annotated[str | None, typer.Option("--target", help="Target of profiles.yml [default: the profile's].")]


def main() -> None:
    """Entry point of the command `clv`; ends the process with the exit code."""
    try:
        app()
    except ClvError as error:
        nothing = "\nNothing was published." if isinstance(error, DataError) else ""
        _fail(f"{error}{nothing}", error.exit_code)


@app.callback(invoke_without_command=True)
def root(
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    """See the help of the app."""
    if show_version:
        typer.echo(f"clv {version('clv-warehouse')}")
        raise typer.Exit


@app.command()
def generate(
    directory: Annotated[Path, typer.Argument(help="Folder to write to; made if absent.", metavar="DIR")],
    customers: Annotated[int, typer.Option(help="Persons who buy at least once.", min=1)] = 2000,
    start: Annotated[str, typer.Option(help="First day, as YYYY-MM-DD.", metavar="DATE")] = "2023-01-01",
    end: Annotated[str, typer.Option(help="Last day, as YYYY-MM-DD.", metavar="DATE")] = "2025-12-31",
    seed: Annotated[int, typer.Option(help="The same seed gives the same rows.", min=0)] = 1,
    file_format: Annotated[str, typer.Option("--format", help="parquet or csv.")] = "parquet",
    chunk_customers: Annotated[int, typer.Option(help="Persons per delivery; bounds the memory.", min=1)] = 50_000,
    defect_share: Annotated[float, typer.Option(help="Share of rejected, superseded and late rows.")] = 0.01,
    seasonality: Annotated[float, typer.Option(help="Amplitude of the yearly wave, from 0 to below 1.")] = 0.2,
) -> None:
    """Write a synthetic shop's raw data: all twelve sources, and their truth beside them.

    \b
    Examples:
        clv generate raw
        clv generate raw --customers 1000000 --format parquet --seed 7
        clv generate raw --start 2024-01-01 --end 2024-12-31 --format csv --defect-share 0
    """
    from clv.shop import ShopSettings, generate_shop

    try:
        settings = ShopSettings(
            customers=customers,
            start=parse_date(start, "--start"),
            end=parse_date(end, "--end"),
            seed=seed,
            file_format=file_format,
            chunk_customers=chunk_customers,
            defect_share=defect_share,
            seasonality=seasonality,
        )
        with show_progress() as progress:
            progress.step("writing customers")
            generate_shop(directory, settings, lambda done, total: progress.update(done, total, ""))
    except ValueError as error:
        raise UsageError(_sentence(str(error))) from error
    except OSError as error:
        raise UsageError(f"{error.filename or directory} can't be written: {error.strerror or error}.") from error
    _stdout().print(f"The shop of {customers:,} customers stands in {directory.absolute()}.", soft_wrap=True)


@app.command()
def check(
    raw: RawOption = None, warehouse: WarehouseOption = None, target: TargetOption = None, variables: VarsOption = ""
) -> None:
    """Say what raw data there is, what is missing, and which marts each gap costs.

    Reads file names and headers only. Exit code 0: a run could start; 2: it could not, and why.

    \b
    Examples:
        clv check --raw raw
        clv check --raw raw --vars '{raw_columns: {orders: {customer_id: CustomerID}}}'
    """
    settings = _run_settings(raw, warehouse, target, _variables(variables, None))

    from clv.check import problems, render_check
    from clv.run import check_raw

    sources = check_raw(settings)
    _stdout().print(render_check(sources))
    reasons = problems(sources)
    if reasons:
        raise UsageError("\n".join(reasons))
    _stdout().print("A run can start.")


@app.command()
def run(
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", help="Compute as known at the end of this day [default: the latest order's]."
        ),
    ] = None,
    target: TargetOption = None,
    variables: VarsOption = "",
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild incremental models.")] = False,
    keep: Annotated[int, typer.Option(help="Publications to keep, the new one among them.", min=1)] = KEPT_PUBLICATIONS,
    accept_changes: Annotated[
        bool, typer.Option("--accept-changes", help="Publish although marts moved further than the audit expects.")
    ] = False,
) -> None:
    """Check, build, test, audit and publish the warehouse.

    Readers of clv.duckdb see the old warehouse or the new one, never a mix.
    Exit code 0: published; 1: the data failed a check; 2: wrong use or configuration; 3: another run goes on.
    Only 0 changes clv.duckdb.

    \b
    Examples:
        clv run --raw raw
        clv run --raw raw --warehouse /srv/clv --as-of 2025-06-30
        clv run --raw raw --vars '{reporting_currency: EUR, assumed_gross_margin: 0.4}'
        clv run --raw raw --vars settings.yml
    """
    settings = replace(
        _run_settings(raw, warehouse, target, _variables(variables, as_of)),
        full_refresh=full_refresh,
        keep=keep,
        accept_changes=accept_changes,
    )

    from clv.check import render_costs
    from clv.run import run as run_warehouse
    from clv.summary import render_summary

    try:
        with show_progress() as progress:
            result = run_warehouse(settings, progress.update, progress.step)
    except KeyboardInterrupt:
        _fail("Interrupted: nothing was published.", INTERRUPTED)
    out = _stdout()
    out.print(render_summary(result.summary))
    costs = render_costs(result.sources)
    if costs:
        out.print(costs)
    for warning in result.warnings:
        out.print(f"Warning: {warning}", soft_wrap=True)
    out.print(f"Published: {settings.warehouse.published_file}", soft_wrap=True)
    if settings.warehouse.report_file.exists():
        out.print(f"Report: {settings.warehouse.report_file}", soft_wrap=True)


@app.command()
def status(
    warehouse: WarehouseOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with all that the run records hold.")] = False,
) -> None:
    """Say what is published, since when and from what, and how the last runs ended.

    \b
    Examples:
        clv status
        clv status --warehouse /srv/clv --json
    """
    found = find_warehouse(warehouse)
    if not found.folder.is_dir():
        raise UsageError(f"There is no folder {found.folder}: --warehouse (or CLV_WAREHOUSE_DIR) must name it.")

    from clv.status import read_status, render_status, to_json

    state = read_status(found)
    if as_json:
        typer.echo(json.dumps(to_json(state), indent=1, default=str))
    else:
        _stdout().print(render_status(state))


@app.command()
def report(
    warehouse: WarehouseOption = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Published file to draw [default: clv.duckdb of the warehouse].")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="File to write [default: report.html of the warehouse].")
    ] = None,
) -> None:
    """Draw the report of a published warehouse again: one page that needs no network.

    `clv run` and `clv rollback` draw it by themselves. With --file, name an --output too: report.html shows what is
    published.

    \b
    Examples:
        clv report
        clv report --warehouse /srv/clv --output /srv/www/clv.html
        clv report --file /srv/clv/publications/clv-2025-06-30-20250701-021500-123.duckdb --output june.html
    """
    from clv.report import redraw

    if file is not None and output is None:
        raise UsageError("--file needs --output: report.html shows what is published, not an earlier file.")
    _stdout().print(f"Report: {redraw(find_warehouse(warehouse), file, output)}", soft_wrap=True)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write to; an earlier export in it is replaced.")],
    warehouse: WarehouseOption = None,
    file_format: Annotated[str, typer.Option("--format", help="parquet, csv or xlsx.")] = "parquet",
    mart: Annotated[list[str] | None, typer.Option("--mart", help="Mart to write; may be repeated [all].")] = None,
) -> None:
    """Write the published marts to files, one each, with a README.md and a manifest.json that say what they hold.

    All files are of one publication, whatever is published meanwhile. The folder is written as a whole or not at all.

    \b
    Examples:
        clv export marts
        clv export --warehouse /srv/clv --format xlsx --mart dim_customers --mart fct_value_tiers customers
    """
    from clv.export import export as export_marts

    with show_progress() as progress:
        progress.step("writing the marts")
        written = export_marts(find_warehouse(warehouse), folder, file_format, mart or [], progress.update)
    publication = written.publication
    files = f"{len(written.marts)} {file_format} file{'s' * (len(written.marts) != 1)}"
    _stdout().print(
        f"{folder.absolute()}: {files}, as of {publication.as_of_date}, of run {publication.run_id}.", soft_wrap=True
    )


@app.command()
def rollback(
    warehouse: WarehouseOption = None,
    run_id: Annotated[
        str | None,
        typer.Option("--to", metavar="RUN", help="Run to go back to [default: the one before the published one]."),
    ] = None,
) -> None:
    """Publish an earlier warehouse again.

    The next `clv run` publishes as usual. Exit code 0: published; 2: there is nothing to go back to; 3: a run goes on.

    \b
    Examples:
        clv rollback
        clv rollback --to 20250630-021500-123
    """
    from clv.rollback import roll_back

    found = find_warehouse(warehouse)
    kept = roll_back(found, run_id)
    _stdout().print(f"Published: {found.published_file}, as of {kept.as_of}, of run {kept.run_id}.", soft_wrap=True)


def _run_settings(
    raw: Path | None, warehouse: Path | None, target: str | None, variables: dict[str, Any]
) -> RunSettings:
    project = find_project()
    check_vars(project, variables)
    return RunSettings(project, raw_folder(raw), find_warehouse(warehouse), target, variables)


def _variables(text: str, as_of: str | None) -> dict[str, Any]:
    variables = read_vars(text)
    if as_of is not None:
        variables["as_of_date"] = parse_date(as_of, "--as-of").isoformat()
    return variables


def _stdout() -> Console:
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    return Console(width=width, highlight=False, markup=False, soft_wrap=False)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _fail(message: str, exit_code: int) -> NoReturn:
    sys.stderr.write(message.rstrip() + "\n")
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
