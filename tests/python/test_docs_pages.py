"""The pages for readers: links lead somewhere, sentences are short, tables say what is there, examples work."""

import ast
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import prose
import pytest
import typer
import yaml
from conftest import REPOSITORY, CommandRun, RunClv, write_csv

from clv.cli import app
from clv.errors import INTERRUPTED, DataError, LockedError, MachineError, UsageError

LONGEST_SENTENCE = 25
MOST_LINES_OF_THE_README = 120
README = REPOSITORY / "README.md"
REFERENCE = REPOSITORY / "docs" / "reference"
TUTORIAL = REPOSITORY / "docs" / "tutorial" / "your-own-data.md"
PAGES = prose.pages(REPOSITORY)
# what users read; of the others developers know the words
GUIDES = [page for page in PAGES if page == README or page.is_relative_to(REPOSITORY / "docs")]
# the one is made of the descriptions of marts; the other is written with the report itself
NOT_EDITED_HERE = {REFERENCE / "metrics.md", REFERENCE / "report.md"}
# each is right now and then, and hides what is meant when it becomes a habit
HABITS = {"tell", "tells", "told", "anew", "lack", "lacks", "else", "stand", "stands"}
MOST_OF_A_HABIT = 2
OWN_FOLDERS = "analyses|benchmarks|docs|expectations|macros|models|orchestration|seeds|src|tests|tools"
# set by clv itself, for dbt
INNER_VARIABLES = {"CLV_CODE_FINGERPRINT"}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@cache
def anchors_of(page: Path) -> list[str]:
    return prose.anchors(text_of(page))


def name_of(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def project_vars() -> dict[str, Any]:
    return dict(yaml.safe_load(text_of(REPOSITORY / "dbt_project.yml"))["vars"])


def code_of(page: Path) -> list[str]:
    """Return the lines of blocks of commands, without comments, and what is code within a paragraph or table."""
    blocks = [block.text for block in prose.blocks(text_of(page)) if block.language == ""]
    lines = [re.sub(r"(^|\s)#\s.*", "", line) for text in blocks for line in text.replace("\\\n", "").splitlines()]
    return [*lines, *prose.inline_code(text_of(page))]


def test_every_link_and_anchor_leads_somewhere() -> None:
    links = [
        (page, *link.partition("#")[::2])
        for page in PAGES
        for link in prose.links(text_of(page))
        # dbt's own documentation has pages at #!/
        if not link.startswith(("http://", "https://", "#!/"))
    ]
    assert len(links) > 200
    assert sum(name.endswith("DECISIONS.md") and anchor != "" for _, name, anchor in links) > 40
    targets = [(page, page.parent / name if name else page, anchor) for page, name, anchor in links]
    assert not [(name_of(page), str(target)) for page, target, _ in targets if not target.exists()]
    assert not [
        (name_of(page), f"{target.name}#{anchor}")
        for page, target, anchor in targets
        if anchor and anchor not in anchors_of(target.resolve())
    ]


def test_every_page_is_reached_from_the_index() -> None:
    index = REPOSITORY / "docs" / "README.md"
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in prose.links(text_of(index))}
    assert not [name_of(page) for page in GUIDES if page not in linked | {index}]


def test_files_that_pages_name_are_there() -> None:
    named = [
        (name_of(page), code)
        for page in PAGES
        # the how-tos name files to be written; the changelog, files of its day
        if page.name != "CHANGELOG.md" and not page.name.startswith("add-")
        for code in prose.inline_code(text_of(page))
        if re.fullmatch(rf"({OWN_FOLDERS})/[\w./-]+", code)
    ]
    assert len(named) > 30
    made = {"expectations/uncommitted/", "benchmarks/.work"}
    assert not [(page, code) for page, code in named if code not in made and not (REPOSITORY / code).exists()]


def test_the_checker_knows_sentences_from_code_tables_and_quotations() -> None:
    page = (
        "# One two three\n\nFirst `a b c` one. Second [two\nwords](x.md)! `code` begins the third, e.g. this.\n\n"
        "> quoted words\n\n| a | b |\n|---|---|\n| in a table | no |\n\n```\nnot this\n```\n\n- An item: 1.5 is no end.\n"
    )
    found = [(sentence.line, sentence.words) for sentence in prose.sentences(page)]
    assert found == [(3, 3), (3, 3), (3, 6), (16, 6)]


def test_the_checker_makes_anchors_as_github_does() -> None:
    assert prose.anchors("# A `b_c`: d\n\n## What's *new*?\n\n## What's new\n") == [
        "a-b_c-d",
        "whats-new",
        "whats-new-1",
    ]


@pytest.mark.parametrize("page", [page for page in GUIDES if page not in NOT_EDITED_HERE], ids=name_of)
def test_sentences_are_short(page: Path) -> None:
    long = [
        f"line {sentence.line}, {sentence.words} words: {sentence.text}"
        for sentence in prose.sentences(text_of(page))
        if sentence.words > LONGEST_SENTENCE
    ]
    assert not long


def test_no_word_is_a_habit() -> None:
    found = Counter(
        word for page in GUIDES if page not in NOT_EDITED_HERE for word in prose.words(text_of(page)) if word in HABITS
    )
    assert not {word: count for word, count in found.items() if count > MOST_OF_A_HABIT}


def test_the_readme_is_read_in_minutes() -> None:
    assert len(text_of(README).splitlines()) <= MOST_LINES_OF_THE_README


def test_the_table_of_vars_is_that_of_the_project() -> None:
    variables = project_vars()
    table = {
        name.strip("`"): yaml.safe_load(default.strip("`"))
        for name, default, _ in prose.rows(text_of(REFERENCE / "vars.md"))
        if not name.startswith("`CLV_") and not name.startswith("`NO_COLOR")
    }
    assert table == variables


def test_the_table_of_sources_is_the_contract() -> None:
    contract = yaml.safe_load(text_of(REPOSITORY / "models/staging/shop/_shop__sources.yml"))["sources"]
    [tables] = [source["tables"] for source in contract if source["name"] == "raw"]

    def columns(table: dict[str, Any]) -> tuple[set[str], set[str]]:
        """Names of the columns that must be there, and of all but those of logs of lines."""
        metas = {column["name"]: column.get("config", {}).get("meta", {}) for column in table["columns"]}
        needed = {name for name, meta in metas.items() if meta.get("required") or meta.get("place_if_absent")}
        return needed, {name for name, meta in metas.items() if not meta.get("flat_log")}

    written = {}
    for source, names, _ in prose.rows(text_of(REFERENCE / "raw-data.md").split("## Files")[0]):
        needed, *optional = re.split(r"\*", names)
        known = set(re.findall(r"\w+", needed))
        written[source.strip("`")] = (known, known | set(re.findall(r"\w+", " ".join(optional))))
    # the other tables of the schema are what the landing itself found
    assert written == {table["name"]: columns(table) for table in tables if "without" in table["config"]["meta"]}


def test_the_table_of_marts_has_every_mart() -> None:
    marts = [path.stem for path in (REPOSITORY / "models" / "marts").rglob("*.sql")]
    page = text_of(REFERENCE / "marts.md").split("## Which CLV to use")[0]
    assert sorted(name.strip("*`") for name, *_ in prose.rows(page)) == sorted(marts)


def test_exit_codes_and_variables_of_the_environment_are_documented() -> None:
    page = text_of(REFERENCE / "command-line.md").split("## Exit codes")[1].split("\n## ")[0]
    codes = {int(code) for first, *_ in prose.rows(page) for code in re.findall(r"\d+", first)}
    errors = (DataError, UsageError, LockedError, MachineError)
    assert {0, INTERRUPTED, *(error.exit_code for error in errors)} <= codes
    code = [path for folder in ("src", "macros", "orchestration") for path in (REPOSITORY / folder).rglob("*.*")]
    texts = [text_of(path) for path in [*code, REPOSITORY / "profiles.yml"] if path.suffix in {".py", ".sql", ".yml"}]
    read = set(re.findall(r"\bCLV_[A-Z_]*[A-Z]\b", " ".join(texts)))
    documented = set(re.findall(r"\bCLV_[A-Z_]*[A-Z]\b", " ".join(text_of(page) for page in GUIDES)))
    assert read - documented == INNER_VARIABLES


def test_the_command_line_has_the_commands_and_options_that_pages_use() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    options = {
        name: {option for parameter in command.params for option in parameter.opts} | {"--help"}
        for name, command in commands.items()
    }
    used = [
        (name_of(page), *call)
        for page in GUIDES
        for line in code_of(page)
        for call in re.findall(r"(?:^|[\s\"(/])clv ([a-z]+)((?:(?!&&|\|\||[;>])[^|])*)", line)
        if re.search(r"(?:^|bin/|\$\(|&& |\s\")clv ", line)
    ]
    assert len(used) > 50
    assert not [call for call in used if call[1] not in options]
    assert not [
        (page, command, option)
        for page, command, rest in used
        for option in re.findall(r"(?<![\w-])--[a-z-]+", rest)
        if option not in options[command]
    ]
    first = prose.blocks(text_of(REFERENCE / "command-line.md"))[0].text
    assert re.findall(r"^clv ([a-z]+)", first, re.MULTILINE) == list(dict.fromkeys(re.findall(r"clv ([a-z]+)", first)))
    assert set(re.findall(r"^clv ([a-z]+)", first, re.MULTILINE)) == options.keys()


def test_make_has_the_targets_that_pages_use() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(REPOSITORY / "Makefile"), re.MULTILINE))
    used = {target for page in PAGES for line in code_of(page) for target in re.findall(r"^make ([a-z]+)", line)}
    assert {"demo", "test", "docs"} <= used
    assert used <= targets


def test_dbt_has_what_pages_select() -> None:
    folders = ("models", "analyses", "tests")
    names = {path.stem for folder in folders for path in (REPOSITORY / folder).rglob("*.sql")}
    selectors = {selector["name"] for selector in yaml.safe_load(text_of(REPOSITORY / "selectors.yml"))["selectors"]}
    lines = [line for page in PAGES if not page.name.startswith("add-") for line in code_of(page) if "dbt " in line]
    assert {name for line in lines for name in re.findall(r"--select \+?(\w+)", line)} <= names
    assert {name for line in lines for name in re.findall(r"--selector (\w+)", line)} <= selectors


def test_examples_of_settings_are_yaml_that_names_vars() -> None:
    variables = project_vars()
    examples = {
        name_of(page): [yaml.safe_load(block.text) for block in prose.blocks(text_of(page)) if block.language == "yaml"]
        for page in GUIDES
    }
    settings = [
        (page, set(example))
        for page, found in examples.items()
        for example in found
        if isinstance(example, dict) and variables.keys() & example.keys()
    ]
    assert len(settings) > 5
    assert not [(page, names - variables.keys()) for page, names in settings if names - variables.keys()]


def test_examples_of_python_and_json_can_be_read() -> None:
    for page in GUIDES:
        for block in prose.blocks(text_of(page)):
            if block.language == "python":
                ast.parse(block.text)
            if block.language == "json":
                json.loads(block.text)


def test_every_query_runs_on_published_marts(small_warehouse: CommandRun) -> None:
    """Those with braces are models, for dbt."""
    blocks = [block for page in GUIDES for block in prose.blocks(text_of(page))]
    queries = [block.text for block in blocks if block.language == "sql" and "{{" not in block.text]
    queries = [query for query in queries if "{%" not in query]
    within = [
        query for block in blocks if block.language == "python" for query in re.findall(r'"(select [^"]+)"', block.text)
    ]
    assert len(queries) >= 10
    assert len(within) > 2
    with small_warehouse.connect() as connection:
        for query in [*queries, *within, *re.findall(r"`(select [^`]+)`", "\n".join(map(text_of, GUIDES)))]:
            connection.execute(query).fetchall()


@pytest.mark.parametrize("page", [README, TUTORIAL], ids=name_of)
def test_the_example_of_settings_reads_such_an_export(page: Path, call_clv: RunClv, tmp_path: Path) -> None:
    [example] = [block.text for block in prose.blocks(text_of(page)) if block.text.startswith("# shop.yml")]
    raw = tmp_path / "raw"
    header = ["Order ID", "Customer", "Date", "Cents", "Test"]
    day = "31/12/2024" if "raw_timestamp_formats" in example else "2024-12-31"
    write_csv(raw / "export", "Sales 1", header, [("1", "anna", day, "1050", "no"), ("2", "ben", day, "99", "yes")])
    (raw / "shop.yml").write_text(example, encoding="utf-8")
    checked = json.loads(call_clv("check", "--raw", str(raw), "--json").stdout)
    assert checked["can_run"], checked
    [orders] = [source for source in checked["sources"] if source["source"] == "orders"]
    assert orders["sample"]["rows"] == (1 if "raw_where" in example else 2)
    assert orders["sample"]["unreadable"] == {}
    assert not {"order_id", "customer_id", "ordered_at", "amount"} & set(orders["missing_columns"])


def test_the_log_of_invoice_lines_reads_such_lines(call_clv: RunClv, tmp_path: Path) -> None:
    [example] = [
        block.text for block in prose.blocks(text_of(TUTORIAL)) if block.text.startswith("# online_retail.yml")
    ]
    header = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    rows = [("536365", "85123A", "HOLDER", "6", "2010-12-01 08:26:00", "2.55", "17850", "United Kingdom")]
    write_csv(tmp_path / "raw", "order_items", header, rows)
    (tmp_path / "online_retail.yml").write_text(example, encoding="utf-8")
    options = ("--raw", str(tmp_path / "raw"), "--vars", str(tmp_path / "online_retail.yml"), "--json")
    assert json.loads(call_clv("check", *options).stdout)["can_run"]
