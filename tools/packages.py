"""What is installed beside this project: its licences as a page, and a bill of materials (CycloneDX)."""

import argparse
import json
import re
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import metadata
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
REQUIREMENTS = REPOSITORY / "requirements.txt"
PAGE = REPOSITORY / "docs" / "reference" / "licences.md"
PINNED = re.compile(
    r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)((?: \\\n    --hash=sha256:[0-9a-f]{64}| *;[^\n\\]*)*)", re.MULTILINE
)
HASH = re.compile(r"sha256:([0-9a-f]{64})")
NOT_TOLD = "License :: OSI Approved"
HEADING = """# Licences

What `requirements.txt` installs to run the project, by package. `make sbom` writes this page and, with versions and
hashes, `sbom.json` in the form of CycloneDX. A test compares the page with the packages, and refuses a licence that is
not known to let the project be used as it is.

| package | licence |
|---|---|
"""


@dataclass(frozen=True)
class Package:
    """A package that is pinned; licence: as it tells itself."""

    name: str
    version: str
    hashes: list[str]
    licence: str


def read_packages(requirements: Path = REQUIREMENTS) -> list[Package]:
    """Return what is pinned, with the licences of what is installed."""
    text = requirements.read_text(encoding="utf-8")
    return [
        Package(name, version, HASH.findall(rest), licence_of(name)) for name, version, rest in PINNED.findall(text)
    ]


def licence_of(name: str) -> str:
    """Return the licence that an installed package tells: an expression, else classifiers, else its first words."""
    told: Message = metadata(name)  # type: ignore[assignment]
    classifiers = [text for text in told.get_all("Classifier") or [] if text.startswith("License ::")]
    named = [text.split(" :: ")[-1] for text in classifiers if text != NOT_TOLD]
    return told.get("License-Expression") or "; ".join(named) or (told.get("License") or "unknown").splitlines()[0]


def page_of(packages: list[Package]) -> str:
    """Return the page of licences."""
    return HEADING + "".join(f"| {package.name} | {package.licence} |\n" for package in packages)


def bill_of(packages: list[Package]) -> dict[str, object]:
    """Return the bill of materials, the same for the same lock file."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "clv-warehouse"}},
        "components": [
            {
                "type": "library",
                "name": package.name,
                "version": package.version,
                "purl": f"pkg:pypi/{package.name.lower()}@{package.version}",
                "licenses": [{"license": {"name": package.licence}}],
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in package.hashes],
            }
            for package in packages
        ],
    }


def main() -> None:
    """Write the bill of materials to the file that is named, and the page of licences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bill", type=Path, help="file to write, as in sbom.json")
    packages = read_packages()
    bill = json.dumps(bill_of(packages), indent=1)
    parser.parse_args().bill.write_text(f"{bill}\n", encoding="utf-8")
    PAGE.write_text(page_of(packages), encoding="utf-8")


if __name__ == "__main__":
    main()
