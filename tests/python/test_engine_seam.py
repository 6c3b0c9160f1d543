"""The engine seam: what one engine does its own way stands in macros/engines, and nowhere else."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import REPOSITORY

ENGINES = REPOSITORY / "macros" / "engines"
ENGINES_THERE = ("duckdb", "postgres")
PLACES = ("models", "macros", "tests", "seeds", "analyses")
COMMENTS = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
LABELS = re.compile(r"\b(then|else) '[^']*'")


class Word(NamedTuple):
    """A word of one engine: how it is found, what is written instead and why, and a line that has it."""

    pattern: str
    reason: str
    example: str


WORDS = [
    Word(r"duckdb", "the name of an engine", "{% if target.type == 'duckdb' %}"),
    Word(
        r"\b(read_csv|read_parquet|read_blob|parquet_schema)\b",
        "a file is read by land_csv and land_parquet",
        "from read_csv('a')",
    ),
    Word(r"\bglob\(", "files are found by files_below", "from glob('*.csv')"),
    Word(
        r"\b(try_cast|safe_cast)\b",
        "cast_or_null: dbt's safe_cast stops where an engine has no version of it",
        "dbt.safe_cast(a, b)",
    ),
    Word(
        r"(?<!\.)\b(try_strptime|strptime|strftime)\(",
        "parsed_timestamp: formats are written otherwise",
        "try_strptime(a, '%d')",
    ),
    Word(r"\bregexp_\w+\(", "matches, digits_of: flags and escapes differ", "regexp_full_match(a, 'b')"),
    Word(r"\btypeof\(", "is_text: types have other names", "typeof(a) = 'VARCHAR'"),
    Word(r"\bto_json\(", "raw_record, raw_record_text", "to_json(a)"),
    Word(r"(?<![\w.])hash\(", "row_hash, or dbt.hash of a text: no two engines hash alike", "hash(a, b)"),
    Word(r"\bvarchar\b", "dbt.type_string: Spark wants a length", "cast(a as varchar)"),
    Word(r"\bas text\b", "dbt.type_string: Spark has no such type", "cast(a as text)"),
    Word(
        r"\bdouble precision\b|\bas double\b",
        "type_double: Spark has no double precision, PostgreSQL no double",
        "cast(a as double precision)",
    ),
    Word(r"\b(numeric|decimal)\s*\(", "type_exact, type_money", "cast(a as numeric(28, 4))"),
    Word(r"\btimestamptz\b|\bwith time zone\b", "parsed_timestamp, shift_timezone", "cast(a as timestamptz)"),
    Word(r"\bat time zone\b", "shift_timezone: Spark has from_utc_timestamp", "a at time zone 'UTC'"),
    Word(r"::", "cast(a as b): Spark 3 has no other", "a::date"),
    Word(
        r"\bcreate or replace\b",
        "make_view, empty_table: PostgreSQL can't replace what others read",
        "create or replace table a",
    ),
    Word(r"\bdistinct on\b", "row_number: Spark has no distinct on", "select distinct on (a) b"),
    Word(r"\bwith recursive\b", "materialization iterated: Spark aggregates in no recursion", "with recursive a as"),
    Word(
        r"\bselect \(\w+, ", "columns: a row as one value is another thing on each engine", "in (select (a, b) from c)"
    ),
    Word(r"\bqualify\b|\bgroup by all\b|\bfilter ?\(where\b", "not on all engines", "count(*) filter (where a)"),
    Word(
        r"\bround\([^()]*(\([^()]*\)[^()]*)*, \d",
        "to_money, exact_sum: PostgreSQL rounds no double to decimals",
        "round(a, 2)",
    ),
    Word(
        r"\bdatediff\([^()]*'month'", "months_between: Spark counts months otherwise", "dbt.datediff('a', 'b', 'month')"
    ),
    Word(r"adapter\.dispatch\(", "only the seam dispatches", "adapter.dispatch('a')(b)"),
    Word(r"\bproject_name\b", "the user's project, where this one is a package: own_model", "'model.' ~ project_name"),
]
# 365.25e0 is a double on Spark and DuckDB; 365.25 is an exact decimal, whose quotients lose digits
DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])")
MONEY = {"0.005": "half a cent, compared with money", "0.0002": "two units of money's last digit"}
QUOTED_NAME = re.compile(r'"\w+"')


def problems(text: str) -> Iterator[str]:
    """What stands in a file of SQL that is not every engine's."""
    code = LABELS.sub("", COMMENTS.sub("", text))
    for word in WORDS:
        for found in re.finditer(word.pattern, code, re.IGNORECASE | re.DOTALL):
            yield f"{found[0]}: {word.reason}"
    for number in DECIMAL.findall(code):
        if number not in MONEY:
            yield f"{number}: write {number}e0, a double on every engine"
    for name in QUOTED_NAME.findall(JINJA.sub("", code)):
        yield f"{name}: a text on Spark"


def portable_files() -> list[Path]:
    found = [path for place in PLACES for path in sorted((REPOSITORY / place).rglob("*.sql"))]
    return [path for path in found if ENGINES not in path.parents]


def seam() -> dict[str, str]:
    """The macros that are dispatched, with the package that they are looked for in."""
    text = (ENGINES / "seam.sql").read_text(encoding="utf-8")
    return dict(re.findall(r"adapter\.dispatch\('(\w+)', '(\w+)'\)", text))


def test_no_file_outside_the_seam_speaks_for_one_engine() -> None:
    files = portable_files()
    assert len(files) > 200
    assert not [
        f"{path.relative_to(REPOSITORY)}: {problem}"
        for path in files
        for problem in problems(path.read_text(encoding="utf-8"))
    ]


def test_no_seed_and_no_model_names_an_engine() -> None:
    files = [*(REPOSITORY / "models").rglob("*.yml"), *(REPOSITORY / "seeds").iterdir()]
    assert not [
        path.name for path in files for engine in ENGINES_THERE if engine in path.read_text(encoding="utf-8").lower()
    ]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.example)
def test_a_word_of_one_engine_is_found(word: Word) -> None:
    told = list(problems(f"select 1 as a\n{word.example}\nfrom b"))
    assert any(word.reason in problem for problem in told)


@pytest.mark.parametrize("sql", ["1.0 / 12", "0.5 * a", "{% set a = ['2.5 * b'] %}", 'select "a" from b'])
def test_an_untyped_double_and_a_quoted_name_are_found(sql: str) -> None:
    assert list(problems(sql))


@pytest.mark.parametrize(
    "sql",
    [
        "1e0 / 12",
        "365.25e0 * a",
        "a - 0.005",
        "then '0.1 to 0.5'",
        "{{ dbt.hash('a') }}",
        "-- 0.5 of varchar",
        "{# 0.5 #}",
    ],
)
def test_what_every_engine_reads_alike_is_not_found(sql: str) -> None:
    assert not list(problems(sql))


def test_the_seam_is_whole() -> None:
    dispatched = seam()
    assert len(dispatched) > 25
    assert set(dispatched.values()) == {"clv_warehouse"}
    written = "\n".join(path.read_text(encoding="utf-8") for path in ENGINES.rglob("*.sql"))
    supplied = re.findall(r"macro ([a-z]+)__(\w+)\(", written)
    for engine in ENGINES_THERE:
        assert set(dispatched) == {name for other, name in supplied if other in (engine, "default")}, engine


def test_the_engines_that_are_there_are_those_that_are_named() -> None:
    assert sorted(path.name for path in ENGINES.iterdir() if path.is_dir()) == sorted(ENGINES_THERE)
    for engine in ENGINES_THERE:
        files = (ENGINES / engine).glob("*.sql")
        names = re.findall(r"macro (\w+)\(", "\n".join(path.read_text(encoding="utf-8") for path in files))
        assert names
        assert not [name for name in names if not name.startswith(f"{engine}_")]
