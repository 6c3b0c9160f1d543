"""The nightly as its users meet it: whatever happens to a run, readers see one whole night."""

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from conftest import CommandRun, make_once
from soak.kills import soak_kills
from soak.nights import Answer, Shop, leftovers, read_answer
from soak.pocket import POCKET_NIGHTS, make_pocket_project, write_pocket_orders
from soak.readers import soak_readers

from clv.build.project import find_warehouse
from clv.errors import UsageError
from clv.warehouse.files import Warehouse, make_identity_key

FIRST, SECOND, THIRD = POCKET_NIGHTS


@pytest.fixture(scope="module")
def empty_shop(shared_folder: Path) -> Shop:
    """A small shop that has no warehouse yet; its project is not to be changed."""

    def make(folder: Path) -> None:
        write_pocket_orders(folder / "raw")
        make_pocket_project(folder / "project")

    folder = make_once(shared_folder / "pocket", make)
    return Shop(folder / "raw", folder / "project", folder / "work", POCKET_NIGHTS)


@pytest.fixture(scope="module")
def published_shop(empty_shop: Shop, shared_folder: Path) -> Shop:
    """The shop with two nights published; not to be changed."""

    def publish(folder: Path) -> None:
        for night in (FIRST, SECOND):
            empty_shop.elsewhere(folder).finish_night(night)

    return empty_shop.elsewhere(make_once(shared_folder / "published", publish))


@pytest.fixture
def shop(published_shop: Shop, tmp_path: Path) -> Shop:
    """A copy of the shop with two nights published."""
    shutil.copytree(published_shop.folder, tmp_path / "work")
    return published_shop.elsewhere(tmp_path / "work")


@pytest.fixture
def changeable(shop: Shop, tmp_path: Path) -> Shop:
    """The copy with a project of its own."""
    return replace(shop, project=Path(shutil.copytree(shop.project, tmp_path / "project")))


def clv(shop: Shop, *arguments: str, prefix: Sequence[str] = ()) -> CommandRun:
    process = shop.start(*arguments, prefix=prefix)
    run = CommandRun(*finish(process), shop.warehouse)
    assert "Traceback" not in run.output, run.output
    return run


def finish(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    stdout, stderr = process.communicate()
    return process.returncode, stdout, stderr


def status(shop: Shop) -> dict[str, object]:
    run = clv(shop, "status", "--json")
    assert run.exit_code == 0, run.output
    return dict(json.loads(run.stdout))


def outcomes(shop: Shop) -> list[str]:
    return [run["outcome"] for run in status(shop)["runs"]]


def kept(shop: Shop) -> list[str]:
    return sorted(path.name[: len("clv-2025-12-31")] for path in (shop.warehouse / "publications").iterdir())


def night_of(answer: Answer) -> str:
    return str(answer[1])


def test_one_run_at_a_time(shop: Shop) -> None:
    before = read_answer(shop.published_file)
    hold = (
        "import sys; from pathlib import Path; from clv.warehouse.records import recorded; from clv.warehouse.files import Warehouse\n"
        "with recorded(Warehouse(Path(sys.argv[1])), 'run'): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(shop.warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for arguments in (["run", "--as-of", THIRD], ["rollback"]):
            run = clv(shop, *arguments)
            assert run.exit_code == 3, run.output
            assert f"Another run holds the lock of {shop.warehouse}, since 20" in run.stderr
            assert f"(process {holder.pid} on {os.uname().nodename})" in run.stderr
        assert "A run goes on since 20" in clv(shop, "status").stdout
        assert outcomes(shop)[0] == "running"
        holder.kill()
    assert outcomes(shop)[0] == "killed"
    assert read_answer(shop.published_file) == before
    shop.finish_night(THIRD)
    assert outcomes(shop) == ["published", "killed", "published", "published"]
    assert night_of(read_answer(shop.published_file)) == THIRD


def test_who_removes_the_lock_file_unlocks_nothing(shop: Shop) -> None:
    """The second run is refused, and the first publishes nothing, since a run on another machine might go on beside it."""
    before = read_answer(shop.published_file)
    first = shop.start_night(THIRD)
    assert first.stderr is not None
    assert "checking the raw data" in first.stderr.readline()
    first.send_signal(signal.SIGSTOP)
    (shop.warehouse / "clv.lock").unlink()
    second = clv(shop, "run", "--as-of", THIRD)
    assert (second.exit_code, f"(process {first.pid} on " in second.stderr) == (3, True), second.output
    assert outcomes(shop)[0] == "running"
    first.send_signal(signal.SIGCONT)
    exit_code, _, stderr = finish(first)
    assert exit_code == 3
    assert "clv.lock was removed or replaced while this run held it" in stderr
    assert read_answer(shop.published_file) == before
    shop.finish_night(THIRD)


STOPPED = """
import os, signal, sys
from clv import cli
from clv.commands import run
from clv.warehouse import publish

_, moment, number, *_ = sys.argv
del sys.argv[1:6]

def stop(*arguments):
    os.kill(os.getpid(), int(number))

if moment == "after":
    swap = publish._swap
    publish._swap = lambda warehouse: (swap(warehouse), stop())
else:
    run.publish = stop
cli.main()
"""
BROKEN = """
import sys
from clv import cli
from clv.commands import run

del sys.argv[1:4]
run._Night._audit = lambda *arguments: {}["no such key"]
cli.main()
"""


@pytest.mark.parametrize(
    ("moment", "sent", "exit_code", "word"),
    [("before", signal.SIGTERM, 143, "Terminated"), ("after", signal.SIGINT, 130, "Interrupted")],
)
def test_a_run_that_is_stopped_says_what_is_true(
    shop: Shop, moment: str, sent: signal.Signals, exit_code: int, word: str
) -> None:
    """Before and after the rename that publishes: the folder is tidied either way."""
    prefix = [sys.executable, "-c", STOPPED, moment, str(int(sent))]
    code, _, stderr = finish(shop.start("run", "--as-of", THIRD, "--accept-changes", prefix=prefix))
    assert code == exit_code, stderr
    is_published = moment == "after"
    told = "had been published just before, and is of this run." if is_published else "nothing was published."
    assert f"{word}: " in stderr
    assert told in stderr
    assert night_of(read_answer(shop.published_file)) == (THIRD if is_published else SECOND)
    assert leftovers(shop.warehouse) == []
    latest = status(shop)["runs"][0]
    assert (latest["published"] is not None, latest["exit_code"]) == (is_published, exit_code)


def test_a_machine_that_fails_ends_with_4(shop: Shop) -> None:
    """Too little memory, and what nothing expected: a scheduler tries again. Neither is a traceback."""
    run = clv(shop, "run", "--as-of", THIRD, prefix=["env", "CLV_MEMORY_LIMIT=1MB"])
    assert run.exit_code == 4, run.output
    assert "DuckDB needed more memory than 1MB" in run.stderr
    process = shop.start("run", "--as-of", THIRD, "--json", prefix=[sys.executable, "-c", BROKEN])
    code, stdout, stderr = finish(process)
    assert code == 4, stderr
    assert "clv broke down: KeyError: 'no such key'" in stderr
    assert "Traceback" not in stderr
    assert json.loads(stdout)["error"]["exit_code"] == 4
    assert "Traceback" in (shop.warehouse / "logs" / "clv.jsonl").read_text(encoding="utf-8")
    assert outcomes(shop)[:2] == ["broke down", "broke down"]
    assert night_of(read_answer(shop.published_file)) == SECOND
    shop.finish_night(THIRD)


def test_files_are_of_the_owner_and_group_and_the_key_of_the_owner(shop: Shop) -> None:
    """Whatever the umask: a wide one is narrowed."""
    fresh = shop.elsewhere(shop.folder / "fresh")
    prefix = ["sh", "-c", 'umask 0; exec "$@"', "sh"]
    assert clv(fresh, "run", "--as-of", THIRD, prefix=prefix).exit_code == 0
    modes = {path: path.stat().st_mode & 0o777 for path in (fresh.warehouse, *fresh.warehouse.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o750}
    assert {mode for path, mode in modes.items() if path.is_file() and path.name != "identity.key"} == {0o640}
    # the tests give the key by the environment
    assert fresh.warehouse / "identity.key" not in modes


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLV_IDENTITY_KEY")
    warehouse = Warehouse(tmp_path)
    make_identity_key(warehouse)
    key = warehouse.identity_key_file.read_text()
    assert len(key.strip()) == 64
    warehouse.identity_key_file.chmod(0o644)
    make_identity_key(warehouse)
    assert warehouse.identity_key_file.read_text() == key
    assert warehouse.identity_key_file.stat().st_mode & 0o777 == 0o600


def test_two_real_runs_at_a_time(shop: Shop) -> None:
    first = shop.start_night(THIRD)
    assert first.stderr is not None
    assert "checking the raw data" in first.stderr.readline()
    first.send_signal(signal.SIGSTOP)
    second = clv(shop, "run", "--as-of", FIRST)
    first.send_signal(signal.SIGCONT)
    assert second.exit_code == 3, second.output
    assert f"(process {first.pid} on " in second.stderr
    assert finish(first)[0] == 0
    assert night_of(read_answer(shop.published_file)) == THIRD


def test_rollback_and_back(shop: Shop) -> None:
    second = read_answer(shop.published_file)
    run = clv(shop, "rollback")
    assert run.exit_code == 0, run.output
    assert f"Published: {shop.published_file}, as of {FIRST}, of run " in run.stdout
    first = read_answer(shop.published_file)
    assert night_of(first) == FIRST

    again = clv(shop, "rollback")
    assert again.exit_code == 2
    assert "There is no earlier publication in" in again.stderr
    unknown = clv(shop, "rollback", "--to", "nosuch")
    assert unknown.exit_code == 2
    assert f"There is no publication of run 'nosuch' in {shop.warehouse / 'publications'}. There are: {second[0]}" in (
        unknown.stderr
    )
    assert read_answer(shop.published_file) == first

    shown = clv(shop, "status").stdout
    assert f"Published: as of {FIRST}" in shown
    assert "rolled back" in shown
    assert clv(shop, "rollback", "--to", str(second[0])).exit_code == 0
    assert read_answer(shop.published_file) == second
    assert leftovers(shop.warehouse) == []
    assert outcomes(shop) == ["rolled back", "could not run", "could not run", "rolled back", "published", "published"]

    assert clv(shop, "rollback").exit_code == 0
    shop.finish_night(THIRD)
    assert night_of(read_answer(shop.published_file)) == THIRD
    assert kept(shop) == [f"clv-{night}" for night in (FIRST, SECOND, THIRD)]


def test_the_status_says_what_is_published_from_what(published_shop: Shop) -> None:
    shown = clv(published_shop, "status").stdout
    for text in (f"Published: as of {SECOND}", "since (UTC)", "customers", "orders.csv", "published now", "DuckDB 2."):
        assert text in shown
    state = status(published_shop)
    assert state["is_running"] is False
    latest = state["runs"][0]
    assert latest["rows"] == {"orders": {"delivered": 17, "accepted": 17, "rejected": 0}}
    assert latest["published_rows"]["fct_orders"] == 17
    assert set(latest["seconds"]) == {
        "checking the raw data",
        "building and testing",
        "writing the candidate",
        "auditing",
        "writing the report",
        "publishing",
    }
    lines = (published_shop.warehouse / "logs" / "clv.jsonl").read_text().splitlines()
    assert [json.loads(line)["message"] for line in lines][-1] == "ended"


def test_the_published_file_names_the_code_that_the_build_was_told(published_shop: Shop) -> None:
    with duckdb.connect(str(published_shop.published_file), read_only=True) as connection:
        marked = connection.execute("select code_fingerprint from clv.publication").fetchone()
        told = connection.execute("select check_name from marts.fct_reconciliations").fetchone()
    assert marked == told
    assert marked is not None
    assert len(marked[0]) == 64


def test_a_night_goes_on_from_the_last_parse_but_for_what_has_changed(changeable: Shop) -> None:
    shop = changeable
    log = shop.folder / "logs" / "dbt.log"

    def revenue() -> object:
        """Run the night, with a log of its own."""
        log.unlink()
        shop.finish_night(THIRD)
        return read_answer(shop.published_file)[2]

    assert revenue() == 4000
    assert "no changes found, skipping parsing" in log.read_text()
    model = shop.project / "models" / "marts" / "fct_orders.sql"
    model.write_text(model.read_text().replace("cast(amount as", "2 * cast(amount as"))
    assert revenue() == 8000
    assert "1 files changed" in log.read_text()
    last_parse = shop.folder / "target" / "partial_parse.msgpack"
    last_parse.write_bytes(last_parse.read_bytes()[:-1000])
    assert revenue() == 8000, "half a parse is as none"


def test_failed_data_leaves_what_is_published(shop: Shop, tmp_path: Path) -> None:
    before = read_answer(shop.published_file)
    write_pocket_orders(tmp_path / "raw")
    with (tmp_path / "raw" / "orders.csv").open("a") as file:
        file.write("o99,c1,2023-01-01,-5.00\n")
    run = clv(shop, "run", "--raw", str(tmp_path / "raw"), "--as-of", THIRD)
    assert run.exit_code == 1, run.output
    assert "assert_orders_bring_something found 1 row: an order brings less than nothing." in run.stderr
    assert read_answer(shop.published_file) == before
    assert leftovers(shop.warehouse) == []
    shown = clv(shop, "status").stdout
    assert "the data failed" in shown
    assert "assert_orders_bring_something found 1 row" in shown
    assert kept(shop) == [f"clv-{FIRST}", f"clv-{SECOND}"]


def test_what_the_audit_refuses_is_not_published(changeable: Shop) -> None:
    shop = changeable
    suite = shop.project / "expectations" / "suites" / "dim_customers.json"
    content = suite.read_text()
    before = read_answer(shop.published_file)
    try:
        suite.write_text(content.replace("1000000", "300"))
        process = shop.start_night(THIRD)
        _, stderr = process.communicate()
    finally:
        suite.write_text(content)
    assert process.returncode == 1
    assert "The audit failed:" in stderr
    first = stderr.split("The audit failed:")[1].strip().splitlines()[0]
    assert f"The audit failed: {first}" in " ".join(clv(shop, "status").stdout.split())
    assert "net_revenue" in stderr
    assert f"{shop.warehouse}/data_docs/index.html" in stderr
    assert read_answer(shop.published_file) == before
    assert leftovers(shop.warehouse) == []
    shop.finish_night(THIRD)
    assert night_of(read_answer(shop.published_file)) == THIRD


def test_a_folder_of_somebody_else_is_left_as_it_is(published_shop: Shop, tmp_path: Path) -> None:
    """Neither a run nor a rollback deletes or replaces what no warehouse has written, nor leaves anything there."""
    shop = published_shop.elsewhere(tmp_path)
    files = {
        "spill/notes": "mine",
        "candidate.duckdb": "mine",
        "film.part": "mine",
        "runs/a.part": "mine",
        "runs/a.json": "{}",
    }
    for name, content in files.items():
        (shop.warehouse / name).parent.mkdir(parents=True, exist_ok=True)
        (shop.warehouse / name).write_text(content)
    for command, told in (
        ("run", "holds candidate.duckdb, but shows no sign"),
        ("rollback", "shows no sign of a warehouse"),
    ):
        refused = clv(shop, command)
        assert refused.exit_code == 2
        assert told in refused.stderr
    left = {path.relative_to(shop.warehouse).as_posix() for path in shop.warehouse.rglob("*") if path.is_file()}
    assert left == set(files)


def test_a_run_leaves_the_files_of_others_in_the_folder_of_a_warehouse(shop: Shop) -> None:
    (shop.warehouse / "film.part").write_text("mine")
    shop.finish_night(THIRD)
    assert (shop.warehouse / "film.part").read_text() == "mine"


def test_any_character_in_the_path_of_a_warehouse_works_or_is_refused(published_shop: Shop, tmp_path: Path) -> None:
    shop = published_shop.elsewhere(tmp_path / "odd [x] *%$&;~=,é")
    shop.finish_night(THIRD)
    assert night_of(read_answer(shop.published_file)) == THIRD
    for name in ("it's", 'so "called"', "a\\b", "{{ 1 }}", "a?b", "a#b", "two\nlines"):
        with pytest.raises(UsageError, match=r"can't have in the path of a database: name another one"):
            find_warehouse(tmp_path / name)


def test_leftovers_of_killed_runs_and_older_publications_are_deleted(shop: Shop) -> None:
    for name in ("candidate.duckdb", "candidate.duckdb.wal", "publications/clv-x.duckdb.part", "runs/x.part"):
        (shop.warehouse / name).write_text("half of it")
    for name in ("spill", "build.duckdb.tmp"):
        (shop.warehouse / name).mkdir()
        (shop.warehouse / name / "block").write_text("half of it")
    assert clv(shop, "run", "--as-of", THIRD, "--keep", "2").exit_code == 0
    assert kept(shop) == [f"clv-{SECOND}", f"clv-{THIRD}"]
    assert leftovers(shop.warehouse) == []
    assert night_of(read_answer(shop.published_file)) == THIRD


def test_a_log_beside_the_published_file_is_not_replayed_into_the_next(shop: Shop) -> None:
    with duckdb.connect(str(shop.published_file)) as connection:
        connection.execute("set checkpoint_threshold = '1GB'")
        connection.execute("delete from marts.fct_orders")
        written = shop.published_file.with_name("clv.duckdb.wal").read_bytes()
    shutil.copy(max((shop.warehouse / "publications").iterdir()), shop.published_file)
    shop.published_file.with_name("clv.duckdb.wal").write_bytes(written)
    shop.finish_night(THIRD)
    assert leftovers(shop.warehouse) == []
    assert read_answer(shop.published_file)[4] == 40


def test_a_damaged_published_file_is_told_and_replaced(shop: Shop) -> None:
    shop.published_file.unlink()
    shop.published_file.write_bytes(b"no database" * 5000)
    shown = clv(shop, "status")
    assert shown.exit_code == 0
    assert "clv.duckdb can't be read" in shown.stdout
    run = clv(shop, "run", "--as-of", THIRD)
    assert run.exit_code == 0, run.output
    assert "Warning:" in run.stdout
    assert "clv.duckdb can't be read" in run.stdout
    assert night_of(read_answer(shop.published_file)) == THIRD


def test_a_damaged_publication_is_not_rolled_back_to(shop: Shop) -> None:
    before = read_answer(shop.published_file)
    path = min((shop.warehouse / "publications").iterdir())
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)
    run = clv(shop, "rollback")
    assert run.exit_code == 2, run.output
    assert f"{path} is damaged and can't be published" in run.stderr
    assert read_answer(shop.published_file) == before


@pytest.mark.parametrize("damage", ["head", "blocks"])
def test_a_damaged_build_database_is_built_anew(shop: Shop, damage: str) -> None:
    build = shop.warehouse / "build.duckdb"
    content = bytearray(build.read_bytes())
    part = slice(0, 20_000) if damage == "head" else slice(20_000, len(content))
    content[part] = b"x" * len(content[part])
    build.write_bytes(content)
    run = clv(shop, "run", "--as-of", THIRD)
    assert run.exit_code == 0, run.output
    assert f"{build} was damaged" in run.stdout
    assert "set aside as build.damaged.duckdb" in run.stdout
    assert night_of(read_answer(shop.published_file)) == THIRD


def test_a_clock_set_back_is_refused(shop: Shop) -> None:
    before = read_answer(shop.published_file)
    record = max((shop.warehouse / "runs").iterdir())
    later = json.loads(record.read_text()) | {
        "started_at": "2999-01-01T00:00:00.000+00:00",
        "run_id": "29990101-000000-000",
    }
    (shop.warehouse / "runs" / "29990101-000000-000.json").write_text(json.dumps(later))
    run = clv(shop, "run", "--as-of", THIRD)
    assert run.exit_code == 2, run.output
    assert "which is before the last run started (2999-01-01T00:00:00.000+00:00)" in run.stderr
    assert f"remove {shop.warehouse / 'runs' / '29990101-000000-000.json'}" in run.stderr
    assert read_answer(shop.published_file) == before


def test_an_as_of_date_that_lies_ahead_is_told(shop: Shop) -> None:
    ahead = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).date().isoformat()
    run = clv(shop, "run", "--as-of", ahead, "--accept-changes")
    assert run.exit_code == 0
    assert f"The as-of date {ahead} lies ahead" in run.stdout
    assert night_of(read_answer(shop.published_file)) == ahead


def test_a_file_without_a_mark_is_replaced(shop: Shop) -> None:
    shutil.rmtree(shop.warehouse / "publications")
    with duckdb.connect(str(shop.published_file)) as connection:
        connection.execute("drop table main.publication")
    assert "comes from an earlier version of clv" in clv(shop, "status").stdout
    shop.finish_night(THIRD)
    assert night_of(read_answer(shop.published_file)) == THIRD
    assert kept(shop) == [f"clv-{THIRD}"]


def test_a_torn_run_record_is_passed_over(shop: Shop) -> None:
    (shop.warehouse / "runs" / "20990101-000000-000.json").write_text('{"run_id": "2099')
    assert outcomes(shop) == ["published", "published"]


def mounted(shop: Shop, options: str, *arguments: str) -> CommandRun:
    """Run clv with the warehouse on a file system of its own, mounted with `options`, and copy back what is there."""
    script = (
        'cp -r "$0" "$0.seed" && mount -t tmpfs -o "$1" none "$0" && cp -r "$0.seed/." "$0" &&'
        ' { [ "$2" = rw ] || mount -o remount,ro "$0"; } && shift 2 &&'
        ' { "$@"; code=$?; rm -rf "$W.seed"; cp -r "$W" "$W.seed"; exit $code; }'
    )
    size, mode = options.split()
    isolate = ["unshare", "--user", "--map-root-user", "--mount"]
    probe = [*isolate, "mount", "-t", "tmpfs", "none", str(shop.folder)]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    place = str(shop.warehouse)
    prefix = ["env", f"W={place}", *isolate, "sh", "-c", script, place, f"size={size}", mode]
    run = clv(shop, *arguments, prefix=prefix)
    after = shop.warehouse.with_name("warehouse.seed")
    assert after.is_dir(), run.output
    return CommandRun(run.exit_code, run.stdout, run.stderr, after)


def test_a_folder_that_is_read_only(shop: Shop) -> None:
    run = mounted(shop, "64m ro", "run", "--as-of", THIRD)
    assert run.exit_code == 2, run.output
    assert f"The folder {shop.warehouse} can't be written to" in run.stderr
    assert mounted(shop, "64m ro", "rollback").exit_code == 2
    assert mounted(shop, "64m ro", "status").exit_code == 0
    assert night_of(read_answer(run.published_file)) == SECOND


def test_too_little_room_is_told_before_the_build(shop: Shop) -> None:
    used = sum(path.stat().st_size for path in shop.warehouse.rglob("*") if path.is_file())
    run = mounted(shop, f"{(used + 1_000_000) // 1024}k rw", "run", "--as-of", THIRD)
    assert run.exit_code == 4, run.output
    assert f"The disk of {shop.warehouse} has " in run.stderr
    assert "building and testing" not in run.stderr
    assert night_of(read_answer(run.published_file)) == SECOND


def test_a_disk_that_fills_up_during_the_build(shop: Shop, tmp_path: Path) -> None:
    write_pocket_orders(tmp_path / "raw", orders=300_000)
    (shop.warehouse / "build.duckdb").unlink()
    used = sum(path.stat().st_size for path in shop.warehouse.rglob("*") if path.is_file())
    raw = str(tmp_path / "raw")
    run = mounted(shop, f"{(used + 2_200_000) // 1024}k rw", "run", "--raw", raw, "--as-of", THIRD)
    assert run.exit_code == 4, run.output
    assert "building and testing" in run.stderr
    assert "writing the candidate" not in run.stderr
    assert "The disk is full: free some space, or keep fewer publications (--keep), and run again." in run.stderr
    assert night_of(read_answer(run.published_file)) == SECOND


FULL_WRITE = """
import resource, sys
from datetime import datetime
from pathlib import Path
from clv.errors import MachineError
from clv.warehouse.files import Warehouse
from clv.warehouse.publish import Mart, Publication, write_candidate

resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    mark = Publication("1", None, datetime(2025, 1, 1), "", "", "", "")
    write_candidate(Warehouse(Path(sys.argv[1])), [Mart("fct_orders"), Mart("dim_customers")], mark)
except MachineError as error:
    print(error)
"""


def test_a_disk_that_fills_up_while_the_candidate_is_written(shop: Shop) -> None:
    command = [sys.executable, "-c", FULL_WRITE, str(shop.warehouse)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout == "The disk is full: free some space, or keep fewer publications (--keep), and run again.\n"
    assert night_of(read_answer(shop.published_file)) == SECOND


KILLED_PUBLISH = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from clv.warehouse.housekeeping import clean_up
from clv.warehouse.files import Warehouse
from clv.warehouse.publish import Mart, Publication, publish, write_candidate

warehouse, run_id, left = Warehouse(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
clean_up(warehouse)

def count_down(event, arguments):
    global left
    if event in ("open", "os.link", "os.remove", "os.rename") and str(warehouse.folder) in str(arguments[0]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count_down)
marts = [Mart("fct_orders"), Mart("dim_customers")]
write_candidate(warehouse, marts, Publication(run_id, None, datetime(2025, 1, 1), "", "", "", ""))
publish(warehouse, 2)
"""


def test_a_kill_before_any_file_operation_of_publishing(shop: Shop) -> None:
    """The mark and the marts change together, whichever operation on the folder is the last."""
    seen = [read_answer(shop.published_file)]
    for operations in range(100):
        command = [sys.executable, "-c", KILLED_PUBLISH, str(shop.warehouse), f"3{operations:03d}", str(operations)]
        exit_code = subprocess.run(command, capture_output=True, check=False).returncode
        answer = read_answer(shop.published_file)
        assert answer in (seen[-1], (f"3{operations:03d}", *seen[-1][1:])), operations
        seen.append(answer)
        if exit_code == 0:
            break
        assert exit_code == -signal.SIGKILL
    assert answer[0] == f"3{operations:03d}"
    assert operations > 8
    assert len(kept(shop)) == 2
    assert leftovers(shop.warehouse) == []


def test_a_few_kills_at_random_moments(empty_shop: Shop, tmp_path: Path) -> None:
    report = soak_kills(replace(empty_shop, folder=tmp_path, nights=(FIRST, THIRD)), kills=3)
    assert report.passed, report
    assert report.kills == 3


def test_a_few_readers(empty_shop: Shop, tmp_path: Path) -> None:
    report = soak_readers(empty_shop.elsewhere(tmp_path), readers=3, publications=2)
    assert report.passed, report
    assert report.nights_seen >= 2
