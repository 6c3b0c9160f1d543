"""What this project installs, runs and sends: pinned, licensed, and nothing."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from clv_trigger import SILENT
from conftest import REPOSITORY

KNOWN_LICENCES = re.compile(
    r"(MIT|MIT-0|BSD|Apache|ISC|PSF|Zlib|CC0|0BSD|MPL|Mozilla|[23]-Clause|Python Software)\b.*|BSD-[23]-Clause"
)
"""They let a program that imports the package be used and passed on as its authors like."""
CHOSEN = {"text-unidecode": "Artistic License"}
"""Packages that may be had under one of several licences."""


@pytest.fixture(scope="module")
def packages() -> Any:
    """The tool that lists what is installed."""
    spec = importlib.util.spec_from_file_location("packages", REPOSITORY / "tools" / "packages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["packages"] = module
    spec.loader.exec_module(module)
    return module


def test_every_package_has_a_licence_that_is_known_and_listed(packages: Any) -> None:
    found = packages.read_packages()
    pinned = re.findall(r"^\S+==", (REPOSITORY / "requirements.txt").read_text(), re.MULTILINE)
    assert len(found) == len(pinned) > 50
    assert packages.PAGE.read_text(encoding="utf-8") == packages.page_of(found), "run `make sbom`"
    for package in found:
        parts = [part.strip() for part in re.split(r";| AND | OR ", package.licence)]
        if package.name in CHOSEN:
            assert CHOSEN[package.name] in parts
        else:
            assert not [part for part in parts if not KNOWN_LICENCES.fullmatch(part)], package


def test_the_bill_of_materials_holds_every_package_with_its_hashes(packages: Any, tmp_path: Path) -> None:
    bill = json.loads(json.dumps(packages.bill_of(packages.read_packages())))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    (duckdb,) = [part for part in bill["components"] if part["name"] == "duckdb"]
    locked = (REPOSITORY / "requirements.txt").read_text().split("\nduckdb==")[1].split("\n    # via")[0]
    assert duckdb["purl"] == f"pkg:pypi/duckdb@{locked.split()[0]}"
    assert {entry["content"] for entry in duckdb["hashes"]} == set(re.findall(r"sha256:([0-9a-f]{64})", locked))
    assert all(part["hashes"] for part in bill["components"])


def test_all_that_is_installed_is_pinned_by_hash() -> None:
    files = [path for path in REPOSITORY.rglob("requirements*.txt") if not {".venv", ".integration"} & {*path.parts}]
    assert len(files) > 5
    for path in files:
        pins = re.findall(r"^[A-Za-z0-9][^\s=]*==[^\\\n]*(?:\\\n[^\\\n]*)*", path.read_text(), re.MULTILINE)
        assert pins
        assert not [pin for pin in pins if "--hash=sha256:" not in pin], path


def test_actions_are_pinned_by_the_hash_of_their_commit_and_may_only_read() -> None:
    for path in (REPOSITORY / ".github" / "workflows").glob("*.yml"):
        text = path.read_text()
        used = re.findall(r"uses: (\S+)", text)
        assert used
        assert not [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)]
        assert yaml.safe_load(text)["permissions"] == {"contents": "read"}


def test_nothing_that_is_started_sends_statistics() -> None:
    """dbt, Great Expectations, Dagster and Airflow, each by the switch that it reads itself."""
    project = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())
    assert project["flags"]["send_anonymous_usage_stats"] is False
    ask = (
        "import os; from pathlib import Path; from clv.build.dbt import folders\n"
        "with folders(None, Path('w')): print(os.environ['DO_NOT_TRACK'], os.environ['DBT_SEND_ANONYMOUS_USAGE_STATS'])\n"
        "from clv.audit.audit import _read_suites; _read_suites(Path('expectations'), {})\n"
        "print(os.environ['GX_ANALYTICS_ENABLED'])"
    )
    command = [sys.executable, "-c", ask]
    told = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split()
    assert told == ["1", "false", "false"]
    dagster = yaml.safe_load((REPOSITORY / "orchestration" / "dagster" / "dagster.yaml").read_text())
    assert dagster["telemetry"] == {"enabled": False}
    settings = (REPOSITORY / "docs" / "how-to" / "run-every-night.md").read_text()
    for line in ("DAGSTER_DISABLE_TELEMETRY=yes", "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False", "DO_NOT_TRACK=1"):
        assert f"\n{line}\n" in settings
    assert SILENT == {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "GX_ANALYTICS_ENABLED": "false"}
