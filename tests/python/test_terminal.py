"""What people see on a terminal, what machines read instead, and what the tab key proposes: real processes."""

import json
import os
import pty
import re
import shutil
import subprocess
import sys
import termios
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import REPOSITORY, TIMEOUT_SECONDS, CommandRun, RunClv, lack, run_command
from rich.text import Text

from clv.console.terminal import show, show_error, table
from clv.report.summary import read_summary, render_summary

COMMAND = Path(sys.executable).with_name("clv")
SHELLS = ("bash", "zsh", "fish")
COLOUR = re.compile(r"\x1b\[(?:3[0-9]|38;[0-9;]+|9[0-7])m")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def kept(small_warehouse: CommandRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `warehouse` keeps two publications, the earlier one of them under an earlier name, too."""
    folder = tmp_path_factory.mktemp("kept")
    warehouse = folder / "warehouse"
    shutil.copytree(small_warehouse.warehouse, warehouse, ignore=shutil.ignore_patterns("build.duckdb"))
    (latest,) = (warehouse / "publications").iterdir()
    shutil.copyfile(latest, warehouse / "publications" / "clv-2024-01-31-20240201-020000-000.duckdb")
    return folder


def environment(**names: str) -> dict[str, str]:
    """The tests' environment without what chooses warehouses and colours."""
    chosen = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLUMNS", "LINES")
    ours = {name: text for name, text in os.environ.items() if not name.startswith(("CLV_", "DBT_", "_"))}
    return {name: text for name, text in ours.items() if name not in chosen} | names


def on_terminal(arguments: list[str], folder: Path, width: int = 80, **names: str) -> tuple[int, str]:
    """Run clv on a terminal of this width; return its exit code and all that it drew."""
    settings = {"TERM": "xterm-256color", "CLV_WAREHOUSE_DIR": str(folder / "warehouse")} | names
    settings |= {"DBT_PROJECT_DIR": str(REPOSITORY), "DBT_LOG_PATH": str(folder / "logs")}
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (24, width))
    with subprocess.Popen(
        [sys.executable, "-m", "clv.cli", *arguments],
        cwd=folder,
        env=environment(DBT_TARGET_PATH=str(folder / "target"), **settings),
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        drawn = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
    return process.returncode, drawn.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the process has closed its end
        return b""


def test_colour_is_for_terminals_only(kept: Path) -> None:
    code, drawn = on_terminal(["status"], kept)
    assert code == 0, drawn
    assert "\x1b[32mpublished" in drawn
    assert not COLOUR.search(on_terminal(["status"], kept, NO_COLOR="1")[1])
    assert not ESCAPE.search(on_terminal(["status"], kept, TERM="dumb")[1])
    assert not ESCAPE.search(run_command(["status"], kept).output)


def test_an_error_is_red_on_a_terminal_and_plain_elsewhere(kept: Path) -> None:
    code, drawn = on_terminal(["check", "--raw", "nosuch"], kept)
    assert code == 2
    assert re.search(r"\x1b\[31mThere is no folder ", drawn)
    assert run_command(["check", "--raw", "nosuch"], kept).stderr.startswith("There is no folder ")


STEERING = {
    "\x1b[2J\x1b]0;title\x07": r"\x1b[2J\x1b]0;title\x07",
    "over\rwritten": r"over\rwritten",
    "abc\u202egnp.exe": r"abc\u202egnp.exe",
    "\x9b31m": r"\x9b31m",
    "Müller\n\tjr": "Müller\n\tjr",
}


@pytest.mark.parametrize("text", STEERING)
def test_no_value_of_a_shop_steers_the_terminal(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A name with a control character is shown with its code, in tables, sentences and errors."""
    shown = table("Channels", ["channel", "spend"])
    shown.add_row(text, Text(text))
    show([shown, text, Text(f"Warning: {text}")])
    show_error(f"{text}\n{text}")
    printed = capsys.readouterr()
    for stream in (printed.out, printed.err):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", stream)
    # rich leaves some of them out of its own texts
    assert printed.out.count(STEERING[text].splitlines()[0]) >= 2
    assert printed.err.count(STEERING[text].splitlines()[0]) == 2


def test_a_terminal_shows_twenty_channels(small_warehouse: CommandRun) -> None:
    """Of 100,000, the largest, and how many more there are."""
    summary = read_summary(small_warehouse.published_file)
    many = [(f"channel-{number}", 1, 1, 1, 1, 1, 1) for number in range(100_000)]
    shown = next(part for part in render_summary(replace(summary, channels=many)) if "channels" in str(part.title))
    assert shown.row_count == 21
    assert str(list(shown.columns[0].cells)[-1]) == "99,980 more in marts.fct_channel_months"


def test_a_history_that_leaves_months_out_is_told(small_warehouse: CommandRun, tmp_path: Path) -> None:
    """Customers of the small shop are known from January 2023 on."""
    assert read_summary(small_warehouse.published_file).history_begins is None
    cut = Path(shutil.copy(small_warehouse.published_file, tmp_path))
    with duckdb.connect(str(cut)) as connection:
        connection.execute("delete from marts.fct_customer_months where month < date '2024-02-01'")
    summary = read_summary(cut)
    company = render_summary(summary)[0]
    assert summary.history_begins == date(2024, 2, 1)
    assert "from 2024-02 on (var history_months)" in map(str, company.columns[1].cells)


@pytest.mark.parametrize("width", [60, 80])
def test_no_figure_is_cut_off_on_a_narrow_terminal(kept: Path, width: int) -> None:
    wide = on_terminal(["status"], kept, 200, NO_COLOR="1")[1]
    narrow = on_terminal(["status"], kept, width, NO_COLOR="1")[1]
    figures = re.compile(r"\d{8}-\d{6}-\d{3}|\d{4}-\d{2}-\d{2}|[\d,]+\.\d+ \w+|published now")
    assert len(figures.findall(wide)) > 8
    assert figures.findall(narrow) == figures.findall(wide)
    deliveries = re.compile(r"^orders +1 +40 +40 +0  orders.csv", re.MULTILINE)
    assert deliveries.search(wide)
    assert deliveries.search(narrow)
    assert "…" not in narrow
    # no line is longer than 80, so that none is wrapped where a terminal is as wide as they come
    assert (
        max(len(line.rstrip()) for line in ESCAPE.sub("", narrow).splitlines() if not line.startswith("Report")) <= 80
    )


def test_progress_is_drawn_and_wiped_on_a_terminal(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id,customer_id,ordered_at,amount\no1,c1,2024-01-01,1\n")
    code, drawn = on_terminal(["check", "--raw", str(tmp_path)], kept)
    assert code == 0, drawn
    assert "checking the raw data" in ESCAPE.sub("", drawn)
    shown = ESCAPE.sub("", drawn[drawn.rindex("\x1b[2K") :])
    assert "checking the raw data" not in shown, "the line is wiped before the tables"
    assert shown.rstrip().endswith("A run can start.")
    plain = on_terminal(["check", "--raw", str(tmp_path)], kept, TERM="dumb")[1]
    assert re.match(r"\[ *\d+\.\d s\] checking the raw data\n", plain)


def answer(run: CommandRun) -> Mapping[str, Any]:
    """What stdout says, which must be nothing but JSON."""
    return dict(json.loads(run.stdout))


def test_check_answers_in_json(run_clv: RunClv, purchase_log: Path) -> None:
    (purchase_log / "orders.csv").rename(purchase_log / "sales.csv")
    mapped = run_clv("check", "--raw", "raw", "--json", "--vars", "{raw_names: {orders: sales.csv}}")
    assert mapped.exit_code == 0, mapped.output
    found = answer(mapped)
    assert (found["can_run"], found["problems"]) == (True, [])
    sources = {source["source"]: source for source in found["sources"]}
    assert len(sources) == 12
    assert sources["orders"]["files"] == {"csv": 1}
    assert sources["orders"]["costs"] == {}
    assert "currency" in sources["orders"]["missing_columns"]
    assert not sources["marketing_spend"]["is_found"]
    assert "cac" in sources["marketing_spend"]["costs"]["fct_channel_months"]

    absent = run_clv("check", "--raw", "raw", "--json")
    assert absent.exit_code == 2, absent.output
    assert answer(absent)["can_run"] is False
    assert "No orders and no subscriptions were found below" in answer(absent)["problems"][0]
    assert answer(absent)["problems"][0] in absent.stderr


def test_run_answers_in_json_and_talks_on_stderr(steady_warehouse: CommandRun, tmp_path: Path) -> None:
    run = steady_warehouse
    told = answer(run)
    assert told["outcome"] == "published"
    assert told["exit_code"] == 0
    assert told["file"] == str(run.published_file)
    assert told["report"] == str(run.warehouse / "report.html")
    # three orders of each of 300 customers, 50.00 each
    assert told["rows"]["orders"] == {"delivered": 900, "accepted": 900, "rejected": 0}
    figures = told["figures"]
    assert (figures["orders"], figures["customers"], float(figures["net_revenue"])) == (900, 300, 45_000)
    assert figures["gross_margin"] is None
    assert "marketing_spend" in told["absent_sources"]
    assert "auditing" in run.stderr

    folder = tmp_path / "steady"
    shutil.copytree(run.warehouse.parent, folder)
    assert answer(run_command(["status", "--json"], folder))["runs"][0]["run_id"] == told["run_id"]
    only = run_command(["rollback", "--json"], folder)
    assert only.exit_code == 2
    message = answer(only)["error"]["message"]
    assert message.startswith("There is no earlier publication in")
    assert message in only.stderr
    refused = run_command(["run", "--raw", "raw", "--json", "--target", "memory"], folder)
    assert refused.exit_code == answer(refused)["error"]["exit_code"] == 2
    assert "keeps nothing" in answer(refused)["error"]["message"]


def test_rollback_and_its_errors_answer_in_json(kept: Path, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    shutil.copytree(kept, folder)
    run = run_command(["rollback", "--json"], folder)
    assert run.exit_code == 0, run.output
    assert answer(run) == {
        "run_id": "20240201-020000-000",
        "as_of_date": "2024-01-31",
        "file": str(folder / "warehouse" / "clv.duckdb"),
    }
    for wrong, sentence in (("--keep=0", "Invalid value for '--keep'"), ("--nosuch", "No such option: --nosuch")):
        refused = run_command(["run", "--json", wrong], folder)
        assert refused.exit_code == answer(refused)["error"]["exit_code"] == 2
        assert sentence in answer(refused)["error"]["message"]
        assert sentence in refused.stderr
    nowhere = run_command(["status", "--json", "--warehouse", "nosuch"], folder)
    assert nowhere.exit_code == answer(nowhere)["error"]["exit_code"] == 2


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the completions of each shell, in files that are called like it."""
    folder = tmp_path_factory.mktemp("scripts")
    for shell in SHELLS:
        variables = environment(_CLV_COMPLETE=f"source_{shell}")
        script = subprocess.run([COMMAND], env=variables, capture_output=True, text=True, check=True)
        (folder / shell).write_text(script.stdout)
    return folder


PRESS_TAB = {
    "bash": 'source "$0"; read -ra COMP_WORDS <<< "$1"; [[ $1 == *" " ]] && COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));'
    ' _clv_completion clv; printf "%s\\n" "${COMPREPLY[@]}"',
    # compsys, which needs a terminal, is left out: what would be handed to it is printed
    "zsh": 'compdef() { : }; _arguments() { print -r -- "$@" }; _describe() { print -rl -- "${(@P)2}" }; compadd() { print -rl -- "$@" }; _files() { : };'
    ' source "$0"; words=(${(s: :)1}); [[ $1 == *" " ]] && words+=(""); CURRENT=$#words; _clv_completion',
    "fish": "source $argv[1]; complete -C $argv[2]",
}


def proposals(shell: str, scripts: Path, typed: str, folder: Path) -> str:
    """What `shell` proposes after `typed`."""
    path = shutil.which(shell)
    if path is None:
        lack(f"there is no {shell}: `make shells` gets it")
    names = {"PATH": f"{COMMAND.parent}:{os.environ['PATH']}", "DBT_PROJECT_DIR": str(REPOSITORY), "HOME": str(scripts)}
    no_configuration = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    result = subprocess.run(
        [path, *no_configuration, "-c", PRESS_TAB[shell], str(scripts / shell), typed],
        cwd=folder,
        env=environment(**names),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert result.stderr == ""
    return result.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_the_tab_key_completes(shell: str, scripts: Path, kept: Path) -> None:
    latest = json.loads(run_command(["status", "--json"], kept).stdout)["publications"][0]["run_id"]
    for typed, expected in {
        "clv ro": {"rollback"},
        "clv run --target ": {"duckdb", "memory"},
        "clv run --target m": {"memory"},
        "clv generate shop --format ": {"parquet", "csv"},
        "clv rollback --warehouse warehouse --to ": {latest, "20240201-020000-000"},
        "clv rollback --warehouse warehouse --to 2024": {"20240201-020000-000"},
        "clv run --as": {"--as-of"},
        "clv export --format x": {"xlsx"},
        "clv export --warehouse warehouse --mart fct_val": {"fct_value_tiers"},
    }.items():
        words = set(re.findall(r"[\w-]+", proposals(shell, scripts, typed, kept)))
        known = {
            "rollback",
            "run",
            "duckdb",
            "memory",
            "parquet",
            "csv",
            "xlsx",
            "fct_value_tiers",
            latest,
            "20240201-020000-000",
            "--as-of",
            "--raw",
        }
        assert words & known == expected, typed


@pytest.mark.parametrize("shell", SHELLS)
def test_where_nothing_can_be_proposed_nothing_is_said(shell: str, scripts: Path, tmp_path: Path) -> None:
    assert "Traceback" not in proposals(shell, scripts, "clv rollback --warehouse nosuch --to ", tmp_path)
