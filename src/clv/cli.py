"""The command line: reads arguments, calls the functions behind them, prints what they return."""

import gc
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from clv.build.presets import required_columns, with_presets
from clv.build.project import (
    RunSettings,
    check_vars,
    find_project,
    find_warehouse,
    is_file,
    parse_date,
    raw_folder,
    read_vars,
    vars_beside,
)
from clv.commands.completion import complete_format, complete_mart, complete_run, complete_target
from clv.console.progress import LiveProgress, PlainProgress, show_progress
from clv.console.terminal import CARE, GOOD, show, show_error, show_json
from clv.errors import INTERRUPTED, ClvError, DataError, MachineError, UsageError
from clv.warehouse.files import KEPT_PUBLICATIONS

# dbt and numpy take a second to load: the commands import what needs them, so that `clv --help` answers at once

app = typer.Typer(
    name="clv",
    help="""Customer lifetime value in the warehouse: from raw orders to tested marts.

    \b
    A first look, without data of your own:
        clv generate raw --customers 3000
        clv check --raw raw
        clv run --raw raw --warehouse warehouse

    Then open warehouse/clv.duckdb with any DuckDB client and read schema marts.
    Each command's help has examples: clv run --help.""",
    rich_markup_mode=None,
    no_args_is_help=True,
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
    str,
    typer.Option(
        "--vars",
        help="dbt variables: inline YAML, or a YAML file [default: shop.yml in the raw folder or beside it].",
        metavar="YAML",
    ),
]
TargetOption = Annotated[
    str | None,
    typer.Option("--target", help="Target of profiles.yml [default: the profile's].", autocompletion=complete_target),
]
GARBAGE_THRESHOLD = 1_000_000
"""New objects before garbage is looked for. Most of dbt's live to the end: Python's 700 take an eighth of a run."""

JsonOption = Annotated[bool, typer.Option("--json", help='Print JSON on stdout; a failure is {"error": …}.')]


def main() -> None:
    """Entry point of the command `clv`; ends the process with the exit code."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    try:
        app()
    except SystemExit as end:
        # an option or argument that Typer refuses; people have read it on stderr
        if isinstance(end.__context__, typer.TyperException) and "--json" in sys.argv:
            _show_failure(end.__context__.format_message(), end.__context__.exit_code)
        raise
    except ClvError as error:
        nothing = "\nNothing was published." if isinstance(error, DataError) else ""
        show_error(f"{error}{nothing}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        show_error("Interrupted.")
        sys.exit(INTERRUPTED)
    except Exception as error:  # outside a command's work
        show_error(str(_broken_down(error)))
        sys.exit(MachineError.exit_code)


def _broken_down(error: Exception) -> MachineError:
    """Return what is said of an error that nothing expected: no fault of the user's, perhaps one of the machine's."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return MachineError(
        f"clv broke down: {type(error).__name__}: {error} (in {Path(place.filename).name}, line {place.lineno}).\n"
        "Try again; if that doesn't help, this is a mistake in clv: report it with the end of logs/clv.jsonl in the "
        "warehouse folder."
    )


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
    file_format: Annotated[Literal["parquet", "csv"], typer.Option("--format", help="Of the files.")] = "parquet",
    chunk_customers: Annotated[int, typer.Option(help="Persons per delivery; bounds the memory.", min=1)] = 50_000,
    defect_share: Annotated[float, typer.Option(help="Share of rejected, superseded and late rows.")] = 0.01,
    seasonality: Annotated[float, typer.Option(help="Amplitude of the yearly wave, from 0 to below 1.")] = 0.2,
) -> None:
    """Write a synthetic shop's raw data, and the truth beside it.

    All twelve sources; truth.json says by which law customers buy, and which defects were planted.

    \b
    Examples:
        clv generate raw
        clv generate raw --customers 1000000 --format parquet --seed 7
        clv generate raw --start 2024-01-01 --end 2024-12-31 --format csv --defect-share 0
    """
    from clv.commands.generate import generate as generate_files

    settings = {
        "customers": customers,
        "start": parse_date(start, "--start"),
        "end": parse_date(end, "--end"),
        "seed": seed,
        "file_format": file_format,
        "chunk_customers": chunk_customers,
        "defect_share": defect_share,
        "seasonality": seasonality,
    }
    with show_progress() as progress:
        progress.step("writing customers")
        generate_files(directory, settings, progress.update)
    show([f"The shop of {customers:,} customers stands in {directory.absolute()}."])


@app.command()
def check(
    raw: RawOption = None,
    warehouse: WarehouseOption = None,
    target: TargetOption = None,
    variables: VarsOption = "",
    all_rows: Annotated[bool, typer.Option("--all", help="Read all rows, not the first 500,000 of a source.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what raw data there is, and what is missing.

    And which marts each gap costs; what can't be read, which orders would not count, which keys find no partner.
    Builds nothing.
    Exit code 0: a run could start; 2: it could not, and why.

    \b
    Examples:
        clv check --raw raw
        clv check --raw raw --all
        clv check --raw raw --vars '{raw_columns: {orders: {customer_id: CustomerID}}}'
        clv check --raw raw --json > check.json
    """
    with _work(as_json) as progress:
        settings = _run_settings(raw, warehouse, target, variables, None)

        from clv.commands.check import (
            CHECK,
            check_raw,
            findings,
            last_build_seconds,
            problems,
            render_check,
            to_json,
            would_stop,
        )
        from clv.commands.samples import SAMPLE_ROWS

        progress.step(CHECK)
        sources = check_raw(settings, 0 if all_rows else SAMPLE_ROWS)
    answer = (sources, findings(sources, settings.raw), last_build_seconds(settings.warehouse))
    if as_json:
        show_json(to_json(*answer))
    else:
        show(render_check(*answer))
    reasons = problems(sources)
    if reasons:
        raise UsageError("\n".join(reasons))
    if not as_json:
        stops = would_stop(answer[1])
        show([Text("A run can start, but would stop: see above.", CARE) if stops else Text("A run can start.", GOOD)])


@app.command()
def init(
    directory: Annotated[Path, typer.Argument(help="Folder with the raw files.", metavar="DIR")],
    force: Annotated[bool, typer.Option("--force", help="Write shop.yml anew where it is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Recognise raw files by their columns, and write the shop.yml that reads them.

    Knows the exports of many platforms, guesses at others, and says what it is unsure of.
    Exit code 0: written; 2: nothing was recognised, or shop.yml is there.

    \b
    Examples:
        clv init raw
        clv init /data/shop --force
    """
    from clv.commands.init import init as write_vars
    from clv.commands.init import render_init, to_json

    with _work(as_json):
        target, proposal = write_vars(directory.expanduser().absolute(), required_columns(find_project()), force)
    if as_json:
        show_json(to_json(target, proposal))
    else:
        show(render_init(target, proposal))


@app.command("vars")
def show_vars(
    raw: RawOption = None,
    variables: VarsOption = "",
) -> None:
    """Print the vars of a shop with those of its presets, as JSON for dbt's own commands.

    \b
    Examples:
        clv vars --raw raw
        dbt build --vars "$(clv vars --raw raw)"
    """
    project = find_project()
    show_json(_variables(project, raw_folder(raw), variables))


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
    as_json: JsonOption = False,
) -> None:
    """Check, build, test, audit and publish the warehouse.

    Readers of clv.duckdb see the old warehouse or the new one, never a mix.
    Exit code 0: published; 1: the data failed a check; 2: wrong use or configuration; 3: another run goes on;
    4: the machine failed (memory, disk, connection), try again. Only 0 changes clv.duckdb.

    \b
    Examples:
        clv run --raw raw
        clv run --raw raw --warehouse /srv/clv --as-of 2025-06-30
        clv run --raw raw --vars '{reporting_currency: EUR, assumed_gross_margin: 0.4}'
        clv run --raw raw --vars settings.yml
        clv run --raw raw --json > run.json
    """
    with _work(as_json) as progress:
        settings = replace(
            _run_settings(raw, warehouse, target, variables, as_of),
            full_refresh=full_refresh,
            keep=keep,
            accept_changes=accept_changes,
        )

        from clv.commands.run import render_run, to_json
        from clv.commands.run import run as run_warehouse

        result = run_warehouse(settings, progress.update, progress.step)
    if as_json:
        show_json(to_json(result, settings.warehouse))
    else:
        show(render_run(result, settings.warehouse))


@app.command()
def status(
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is published, and how the last runs ended.

    Since when, from which deliveries, and which publications `clv rollback` can go back to.

    \b
    Examples:
        clv status
        clv status --warehouse /srv/clv --json
    """
    with _work(as_json):
        found = find_warehouse(warehouse)
        if not found.folder.is_dir():
            raise UsageError(f"There is no folder {found.folder}: --warehouse (or CLV_WAREHOUSE_DIR) must name it.")

        from clv.commands.status import read_status, render_status, to_json

        state = read_status(found)
    if as_json:
        show_json(to_json(state))
    else:
        show(render_status(state))


@app.command()
def report(
    warehouse: WarehouseOption = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Published file to draw [default: clv.duckdb of the warehouse].")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="File to write [default: report.html of the warehouse].")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Draw the report of a published warehouse again.

    One page that needs no network. `clv run` and `clv rollback` draw it by themselves. With --file, name an --output,
    too: report.html shows what is published.

    \b
    Examples:
        clv report
        clv report --warehouse /srv/clv --output /srv/www/clv.html
        clv report --file /srv/clv/publications/clv-2025-06-30-20250701-021500-123.duckdb --output june.html
    """
    from clv.commands.report import redraw
    from clv.report import run_of

    with _work(as_json) as progress:
        progress.step("writing the report")
        drawn = redraw(find_warehouse(warehouse), file, output)
    if as_json:
        show_json({"file": drawn.absolute(), "run_id": run_of(drawn)})
    else:
        show([f"Report: {drawn}"])


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write to; an earlier export in it is replaced.")],
    warehouse: WarehouseOption = None,
    file_format: Annotated[
        str, typer.Option("--format", help="parquet, csv or xlsx.", autocompletion=complete_format)
    ] = "parquet",
    mart: Annotated[
        list[str] | None,
        typer.Option("--mart", help="Mart to write; may be repeated [default: all].", autocompletion=complete_mart),
    ] = None,
    audience: Annotated[
        str | None, typer.Option("--audience", help="A list of customers to act on instead of marts: at_risk_vips.")
    ] = None,
    keep_formulas: Annotated[
        bool, typer.Option("--keep-formulas", help="CSV: leave texts that a spreadsheet would run as they are.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the published marts to files, one each, with a README.md and a manifest.json that say what they hold.

    All files are of one publication, whatever is published meanwhile. The folder is written as a whole or not at all.

    \b
    Examples:
        clv export marts
        clv export --warehouse /srv/clv --format xlsx --mart dim_customers --mart fct_value_tiers customers
        clv export --audience at_risk_vips --format csv winback
    """
    from clv.commands.export import describe_export, to_json
    from clv.commands.export import export as export_marts

    with _work(as_json) as progress:
        progress.step("writing the marts")
        found = find_warehouse(warehouse)
        written = export_marts(
            found, folder, file_format, mart or [], progress.update, keep_formulas=keep_formulas, audience=audience
        )
    if as_json:
        show_json(to_json(written, folder))
    else:
        show([Text(describe_export(written, folder), GOOD)])


@app.command()
def rollback(
    warehouse: WarehouseOption = None,
    run_id: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="RUN",
            help="Run to go back to [default: the one before the published one].",
            autocompletion=complete_run,
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Publish an earlier warehouse again.

    The next `clv run` publishes as usual. Exit code 0: published; 2: there is nothing to go back to; 3: a run goes on.

    \b
    Examples:
        clv rollback
        clv rollback --to 20250630-021500-123
    """
    from clv.commands.rollback import roll_back

    with _work(as_json) as progress:
        progress.step("publishing an earlier warehouse")
        found = find_warehouse(warehouse)
        kept = roll_back(found, run_id)
    if as_json:
        show_json({"run_id": kept.run_id, "as_of_date": kept.as_of, "file": found.published_file})
    else:
        show([Text(f"Published: {found.published_file}, as of {kept.as_of}, of run {kept.run_id}.", GOOD)])


@app.command()
def forget(
    who: Annotated[
        str, typer.Argument(help="Customer id, of the shop or of the marts, or email.", metavar="CUSTOMER_ID|EMAIL")
    ],
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget a person: all ids, contacts and orders, in all files of the warehouse and in the exports it wrote.

    They stay out of later runs, though the raw data still holds them: keyed hashes tell them. Says what it could not
    reach. Exit code 0: forgotten; 1: something is left; 2: nobody is known by that; 3: a run goes on.

    \b
    Examples:
        clv forget anna@example.com --warehouse /srv/clv
        clv forget c-1042
    """
    from clv.commands.forget import describe, to_json
    from clv.commands.forget import forget as forget_person

    with _work(as_json) as progress:
        done = forget_person(find_warehouse(warehouse), who, progress.step)
    if as_json:
        show_json(to_json(done))
    else:
        show(describe(done))


@contextmanager
def _work(as_json: bool) -> Iterator[LiveProgress | PlainProgress]:
    """Show progress while the block lasts; with --json keep stdout for the answer, which a failure gets, too."""
    try:
        with redirect_stdout(sys.stderr) if as_json else nullcontext(), show_progress() as progress:
            yield progress
    except ClvError as error:
        if as_json:
            _show_failure(str(error), error.exit_code)
        raise
    except Exception as error:
        told = _broken_down(error)
        if as_json:
            _show_failure(str(told), told.exit_code)
        raise told from error


def _show_failure(message: str, exit_code: int) -> None:
    show_json({"error": {"exit_code": exit_code, "message": message}})


def _run_settings(
    raw: Path | None, warehouse: Path | None, target: str | None, text: str, as_of: str | None
) -> RunSettings:
    project, folder = find_project(), raw_folder(raw)
    variables = _variables(project, folder, text)
    if as_of is not None:
        variables["as_of_date"] = parse_date(as_of, "--as-of").isoformat()
    return RunSettings(project, folder, find_warehouse(warehouse), target, variables)


def _variables(project: Path, raw: Path | None, text: str) -> dict[str, Any]:
    """Read the variables of --vars, else of the shop.yml beside the raw files, with those of their presets."""
    named = text.strip() or vars_beside(raw)
    variables = read_vars(named)
    check_vars(project, variables)
    return with_presets(variables, Path(named).parent if is_file(named) else None)


if __name__ == "__main__":
    main()
