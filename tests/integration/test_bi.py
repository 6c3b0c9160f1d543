"""Reads the published file as BI tools do, while nights are published over it."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from conftest import CLV, FIRST_NIGHT, Nightly, binary, run

FIRST, SECOND, THIRD = FIRST_NIGHT, "2025-05-31", "2025-06-30"

# amounts as text: two drivers then have no two ways to write them
ASKED = [
    "select run_id, cast(as_of_date as text) from main.publication",
    "select cast(max(as_of_date) as text), count(*), cast(sum(net_revenue) as text) from marts.dim_customers",
    "select count(*), cast(sum(net_revenue) as text) from marts.fct_orders",
    "select value_tier, customers, cast(customer_equity as text) from marts.fct_value_tiers order by tier_rank",
]

# asks until its input ends: over a connection each time, or over one that it holds and then closes
READER = """
import json, select, sys
import duckdb, pandas
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

file, asked, holds = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3] == "holds"
engine = create_engine("duckdb:///" + file, connect_args={"read_only": True}, poolclass=NullPool)

def ask(connection):
    return [json.loads(pandas.read_sql(text(sql), connection).to_json(orient="values")) for sql in asked]

def ask_anew():
    with engine.connect() as connection:
        return ask(connection)

held = engine.connect() if holds else None
answers, rounds = [], 0
while True:
    ends = bool(select.select([sys.stdin], [], [], 0.02)[0])
    answer = ask(held) if held else ask_anew()
    rounds += 1
    if answer not in answers:
        answers.append(answer)
    if rounds == 1:
        print("reading", flush=True)
    if ends:
        break
beside = ask_anew() if held else None
if held:
    held.close()
print(json.dumps({"driver": duckdb.__version__, "rounds": rounds, "answers": answers, "beside": beside, "last": ask_anew()}))
"""

SUPERSET_CONFIG = """
SECRET_KEY = "only for this test, which nobody else can reach"
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
"""

# asks the REST API for a chart's data, runs a command, and asks again
CHART = """
import json, subprocess, sys
from superset.app import create_app

file, *command = sys.argv[1:]
client = create_app().test_client()

def post(path, content, headers=None):
    response = client.post("/api/v1/" + path, json=content, headers=headers)
    if response.status_code not in (200, 201):
        sys.exit(f"{path}: {response.status_code} {response.get_data(as_text=True)}")
    return response.get_json()

login = post("security/login", {"username": "admin", "password": "admin", "provider": "db"})
session = {"Authorization": "Bearer " + login["access_token"]}
read_only = json.dumps({"engine_params": {"connect_args": {"read_only": True}}})
database = post("database/", {"database_name": "clv", "sqlalchemy_uri": "duckdb:///" + file, "extra": read_only}, session)
table = {"database": database["id"], "schema": "marts", "table_name": "dim_customers"}
dataset = post("dataset/", table, session)
metrics = {"equity": "SUM(total_clv)", "customers": "COUNT(*)", "as_of": "MAX(as_of_date)"}
query = {
    "columns": ["acquisition_channel"],
    "metrics": [{"expressionType": "SQL", "label": name, "sqlExpression": sql} for name, sql in metrics.items()],
    "orderby": [["acquisition_channel", True]],
}
chart = {"datasource": {"id": dataset["id"], "type": "table"}, "queries": [query], "force": True}
answers = [post("chart/data", chart, session)["result"][0]["data"]]
subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
answers.append(post("chart/data", chart, session)["result"][0]["data"])
columns = {column["column_name"]: column["description"] for column in dataset["data"]["columns"]}
print(json.dumps({"answers": answers, "columns": columns}))
"""


@pytest.fixture(scope="module")
def nightly(tmp_path_factory: pytest.TempPathFactory, first_night: Nightly) -> Nightly:
    """A shop whose first night is published."""
    folder = tmp_path_factory.mktemp("bi")
    shutil.copytree(first_night.folder, folder, dirs_exist_ok=True)
    return replace(first_night, folder=folder)


def publish(nightly: Nightly, as_of: str) -> None:
    result = run([CLV, "run", "--as-of", as_of, "--accept-changes"], nightly.environment)
    assert result.returncode == 0, result.stdout


def published(nightly: Nightly, as_of: str) -> Path:
    """Return the kept file of a night."""
    [file] = (nightly.folder / "warehouse" / "publications").glob(f"clv-{as_of}-*.duckdb")
    return file


def answer_of(file: Path) -> list[list[list[object]]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return [[list(row) for row in connection.execute(sql).fetchall()] for sql in ASKED]


def test_an_older_driver_reads_whole_nights_while_one_is_published(nightly: Nightly) -> None:
    command = [str(binary("duckdb14", "python")), "-c", READER, str(nightly.published_file), json.dumps(ASKED)]
    readers = {
        kind: subprocess.Popen([*command, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for kind in ("asks anew", "holds")
    }
    for reader in readers.values():
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
    publish(nightly, SECOND)
    told = {kind: json.loads(reader.communicate()[0]) for kind, reader in readers.items()}
    assert [reader.returncode for reader in readers.values()] == [0, 0]
    first, second = (answer_of(published(nightly, as_of)) for as_of in (FIRST, SECOND))
    assert first != second
    anew, held = told["asks anew"], told["holds"]
    assert anew["driver"].startswith("1.4.")
    assert anew["rounds"] > 10
    assert anew["answers"] == [first, second]
    # while a process has the old file open, whatever it opens beside is the old one, too
    assert (held["answers"], held["beside"], held["last"]) == ([first], first, second)


def test_superset_shows_the_numbers_of_the_mart_and_of_the_next_night(nightly: Nightly, tmp_path: Path) -> None:
    (tmp_path / "superset_config.py").write_text(SUPERSET_CONFIG.format(folder=tmp_path))
    settings = nightly.environment | {
        "SUPERSET_CONFIG_PATH": str(tmp_path / "superset_config.py"),
        "SUPERSET_HOME": str(tmp_path),
        "FLASK_APP": "superset",
    }
    admin = "--username admin --password admin --firstname A --lastname B --email admin@example.com".split()
    for arguments in (["db", "upgrade"], ["fab", "create-admin", *admin], ["init"]):
        result = run([binary("superset", "superset"), *arguments], settings, tmp_path)
        assert result.returncode == 0, result.stdout
    before = answer_of(nightly.published_file)[0][0][1]
    command = [CLV, "run", "--as-of", THIRD, "--accept-changes"]
    result = run([binary("superset", "python"), "-c", CHART, nightly.published_file, *command], settings, tmp_path)
    assert result.returncode == 0, result.stdout
    told = json.loads(result.stdout.splitlines()[-1])
    for answer, as_of in zip(told["answers"], (before, THIRD), strict=True):
        with duckdb.connect(str(published(nightly, as_of)), read_only=True) as connection:
            rows = connection.execute(
                "select acquisition_channel, count(*), sum(total_clv) from marts.dim_customers group by 1 order by 1"
            ).fetchall()
        assert len(rows) > 3
        assert [(row["acquisition_channel"], row["customers"]) for row in answer] == [row[:2] for row in rows]
        assert [row["equity"] for row in answer] == [pytest.approx(float(row[2]), abs=0.0001) for row in rows]
    assert told["answers"][0] != told["answers"][1]
    assert told["columns"]["total_clv"].endswith("Reporting currency.")
