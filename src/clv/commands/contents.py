"""What a file holds by its first bytes, whatever its name says: a table that can be read, or something of its own."""

import re
import zipfile
from pathlib import Path

FIRST_BYTES = 1 << 16
LONGEST_LINE = 2_000_000
"""Bytes; lines that are longer are rejected."""

UNREADABLE_LINE = 16_000_000
"""Bytes; an engine may pass over lines that are longer without a word."""

LINE_END = re.compile(rb"[\r\n]")
AS_TEXT = "save it as CSV in UTF-8 and deliver that"
NO_UTF8 = f"is no UTF-8 text (Windows-1252, perhaps): {AS_TEXT}."
KINDS = (
    (rb"PAR1", "is a Parquet file: give it a name that ends in .parquet."),
    (rb"\x1f\x8b", "is a gzip file: give it a name that ends in .csv.gz."),
    (rb"\xd0\xcf\x11\xe0", f"is an Excel workbook: {AS_TEXT}."),
    (
        rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0\0\0\0|RIFF.{4}WEBP",
        "is a picture: remove it, and deliver the table itself.",
    ),
    (rb"%PDF", "is a PDF: deliver the table itself, as CSV in UTF-8."),
    (rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml|table)", f"is a web page or XML, perhaps of a login: {AS_TEXT}."),
    (rb"(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*[\"}]", "is JSON: deliver the table itself, as CSV in UTF-8."),
    (rb"(\xff\xfe|\xfe\xff)|([^\0]\0){8}|(\0[^\0]){8}", f"is no UTF-8 text (UTF-16, perhaps): {AS_TEXT}."),
    (rb"[^\r\n]*\0", "is no text: remove it, and deliver the table itself, as CSV in UTF-8."),
)


def why_no_table(path: Path) -> str:
    """Return why a file is neither CSV nor Parquet nor gzip as its name says, and what to do; empty where it may be.

    What is wrong with Parquet and gzip files beyond their first bytes is for those who read them.
    """
    name = path.name.lower()
    with path.open("rb") as file:
        first = file.read(FIRST_BYTES)
        if name.endswith(".parquet") and first.startswith(b"PAR1"):
            return ""
        if name.endswith(".gz") and first.startswith(b"\x1f\x8b"):
            return ""
        if first.startswith(b"PK\x03\x04"):
            return _of_archive(path)
        for pattern, sentence in KINDS:
            if re.match(pattern, first, re.DOTALL):
                return sentence
        if len(first) == FIRST_BYTES and not re.search(rb"[\r\n]", first):
            more = file.read(LONGEST_LINE)
            if len(more) == LONGEST_LINE and not re.search(rb"[\r\n]", more):
                return f"begins with a line of more than {LONGEST_LINE:,} bytes: its first line must name the columns."
    return ""


def why_lines_vanish(path: Path) -> str:
    """Return a sentence where a file has a line of more than twice UNREADABLE_LINE bytes; of shorter ones at times.

    Such a line fills one of the windows of UNREADABLE_LINE bytes; of others the first bytes tell that one ends there.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        for start in range(0, size - UNREADABLE_LINE + 1, UNREADABLE_LINE):
            file.seek(start)
            if not any(LINE_END.search(file.read(FIRST_BYTES)) for _ in range(0, UNREADABLE_LINE, FIRST_BYTES)):
                return long_line(start)
    return ""


def long_line(start: int) -> str:
    """Say that the line around a byte can't be read."""
    return (
        f"has a line of more than {UNREADABLE_LINE:,} bytes (around byte {start:,}), which can't be read: correct the "
        "file, or remove it."
    )


def is_utf8(path: Path) -> bool:
    """Say whether the first bytes of a file are UTF-8 text."""
    with path.open("rb") as file:
        first = file.read(FIRST_BYTES)
    try:
        first.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(first) == FIRST_BYTES and error.start > FIRST_BYTES - 4  # a letter that is cut in two
    return True


def _of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        names = []
    if any(name.startswith("xl/") or name == "[Content_Types].xml" for name in names):
        return f"is an Excel workbook: {AS_TEXT}."
    return "is a ZIP archive: unpack it, and deliver the files in it."
