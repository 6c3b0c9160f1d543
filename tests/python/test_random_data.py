"""Invariants on random data: the project's own SQL, compiled by dbt, run on what Hypothesis makes up."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import duckdb
import pytest
from compiled_sql import compile_query
from hypothesis import given, settings
from hypothesis import strategies as st
from soak.builder import Builder

# without a time zone, as DuckDB returns timestamps
EARLIEST = dt.datetime.fromisoformat("1900-01-02")
LATEST = dt.datetime.fromisoformat("9999-12-30")


@pytest.fixture(scope="module")
def reading(builder: Builder) -> str:
    """Return a query that reads the text column `value` of table `texts` in every way there is."""
    inline = (
        "select value, {{ read_number('value', is_money=true) }} as number, {{ read_timestamp('value') }} as moment"
        " from texts"
    )
    return compile_query(builder, inline)


def _read(query: str, values: list[str]) -> list[tuple[float | None, dt.datetime | None]]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("create table texts (place integer, value varchar)")
        connection.executemany("insert into texts values (?, ?)", list(enumerate(values)))
        rows = connection.execute(
            f"select number, moment from ({query}) as reading positional join texts order by place"
        ).fetchall()
    return [(number, moment) for number, moment in rows]


@settings(max_examples=30, deadline=None)
@given(numbers=st.lists(st.floats(-1e15, 1e15, allow_nan=False), min_size=1, max_size=20))
def test_numbers_are_read_as_written(reading: str, numbers: list[float]) -> None:
    """However a number is spelt, it is read as Python reads it."""
    plain = [number for number, _ in _read(reading, [repr(number) for number in numbers])]
    assert plain == numbers
    rounded = [round(number, 2) for number in numbers]
    grouped = [number for number, _ in _read(reading, [f"{number:,.2f}" for number in rounded])]
    assert grouped == [float(f"{number:.2f}") for number in rounded]


@settings(max_examples=50, deadline=None)
@given(texts=st.lists(st.text(max_size=20), min_size=1, max_size=20))
def test_what_is_no_number_is_never_one(reading: str, texts: list[str]) -> None:
    """No text stops the run, and one that Python can't read as a finite number is NULL (thousands, currency and a minus written otherwise apart)."""
    texts = [text.replace("\x00", "") for text in texts]
    for text, (number, _) in zip(texts, _read(reading, texts), strict=True):
        if number is not None:
            assert abs(number) <= 1e15
            assert "_" not in text
            plain = re.sub(r"[A-Z]{3}|[A-Z]{0,2}[$€£¥\u00a2-\uffff]|[,\s]", "", text)
            assert abs(number) == pytest.approx(abs(float(plain.strip("()-+"))))


@settings(max_examples=30, deadline=None)
@given(
    numbers=st.lists(st.decimals(0, 10**9, places=2), min_size=1, max_size=20),
    form=st.sampled_from(["${} ", "{} €", "USD {}", "£{}", "R$ {}", "{}CHF"]),
)
def test_money_is_read_with_its_currency(reading: str, numbers: list[Decimal], form: str) -> None:
    """A currency before or after an amount changes nothing; parentheses and a minus at either end are a minus."""
    written = [form.format(f"{number:,}") for number in numbers]
    assert [number for number, _ in _read(reading, written)] == [float(number) for number in numbers]
    for negative in ("({})", "-{}"):
        below_zero = [negative.format(form.format(f"{number:,}").strip()) for number in numbers]
        assert [number for number, _ in _read(reading, below_zero)] == [-float(number) for number in numbers]
    assert [number for number, _ in _read(reading, [f"{number}-" for number in numbers])] == [
        -float(n) for n in numbers
    ]


@settings(max_examples=30, deadline=None)
@given(
    moments=st.lists(
        st.datetimes(EARLIEST, LATEST).map(lambda moment: moment.replace(microsecond=0)),
        min_size=1,
        max_size=20,
    ),
    offset_minutes=st.integers(-14 * 60, 14 * 60),
)
def test_moments_are_read_in_utc(reading: str, moments: list[dt.datetime], offset_minutes: int) -> None:
    """ISO 8601 with an offset is the same instant in UTC; without one it is UTC already."""
    assert [moment for _, moment in _read(reading, [moment.isoformat() for moment in moments])] == moments
    zone = dt.timezone(dt.timedelta(minutes=offset_minutes))
    written = [moment.replace(tzinfo=zone).isoformat() for moment in moments]
    expected = [moment - dt.timedelta(minutes=offset_minutes) for moment in moments]
    spaced = [f"{text[:19].replace('T', ' ')} {text[19:]}" for text in written]
    assert [moment for _, moment in _read(reading, spaced)] == expected
    assert [moment for _, moment in _read(reading, written)] == expected
