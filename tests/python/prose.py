"""Reads Markdown pages: sentences and their words, links and anchors, blocks of code."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

# headings and cells of a table are no sentences, and a quotation is somebody's output
NOT_PROSE = {"table_open": "table_close", "blockquote_open": "blockquote_close", "heading_open": "heading_close"}
ABBREVIATION = re.compile(r"\b(e\.g|i\.e|etc|vs)\.")
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”)*_]*\s+(?=[\"“(*_]*[A-Z0-9`‹])")
WORD = re.compile(r"\w")
CODE = "‹code›"
# folders that make, dbt and the tests write to
MADE = {"node_modules", "target", "dbt_packages", "demo", "warehouse"}


class Sentence(NamedTuple):
    """A sentence, and the line of the page on which its paragraph begins."""

    line: int
    text: str

    @property
    def words(self) -> int:
        """Count the words; a piece of code, however long, is one."""
        return sum(WORD.search(word) is not None for word in self.text.split())


class Block(NamedTuple):
    """A block of code: the language that it names, and its text."""

    language: str
    text: str


def pages(repository: Path) -> list[Path]:
    """Return the Markdown pages of the repository; not those of environments, and none that was made."""
    return sorted(
        path
        for path in repository.rglob("*.md")
        if not any(part.startswith(".") or part in MADE for part in path.relative_to(repository).parts)
    )


def parsed(markdown: str) -> list[Token]:
    """Return the tokens of a page."""
    return MarkdownIt("commonmark").enable("table").parse(markdown)


def sentences(markdown: str) -> Iterator[Sentence]:
    """Yield the sentences of paragraphs and list items; not code, tables, headings and quotations."""
    closing: str | None = None
    for token in parsed(markdown):
        if closing:
            closing = None if token.type == closing else closing
        elif token.type in NOT_PROSE:
            closing = NOT_PROSE[token.type]
        elif token.type == "inline" and token.map:
            for text in SENTENCE_END.split(ABBREVIATION.sub(r"\1", read_aloud(token))):
                yield Sentence(token.map[0] + 1, text.strip())


def read_aloud(inline: Token) -> str:
    """Return a paragraph as it is read aloud: links by their words, code as one word, no pictures."""
    spoken = {"text": "", "code_inline": CODE, "softbreak": " ", "hardbreak": " "}
    return "".join(spoken[child.type] or child.content for child in inline.children or [] if child.type in spoken)


def words(markdown: str) -> Iterator[str]:
    """Yield all words in small letters, of headings and tables as well; no code."""
    for token in parsed(markdown):
        if token.type == "inline":
            yield from re.findall(r"[a-z']+", read_aloud(token).lower())


def links(markdown: str) -> Iterator[str]:
    """Yield the targets of links and pictures."""
    for token in parsed(markdown):
        for child in token.children or []:
            target = child.attrGet("href") or child.attrGet("src")
            if target:
                yield str(target)


def headings(markdown: str) -> list[str]:
    """Return the headings as GitHub writes them into anchors."""
    titles = [
        "".join(child.content for child in inline.children or [])
        for opening, inline in pairwise(parsed(markdown))
        if opening.type == "heading_open"
    ]
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def anchors(markdown: str) -> list[str]:
    """Return the anchors of the headings: one that comes again has a number."""
    found: Counter[str] = Counter()
    numbered = []
    for heading in headings(markdown):
        numbered.append(f"{heading}-{found[heading]}" if found[heading] else heading)
        found[heading] += 1
    return numbered


def blocks(markdown: str) -> list[Block]:
    """Return the blocks of code."""
    return [Block(token.info.strip(), token.content) for token in parsed(markdown) if token.type == "fence"]


def rows(markdown: str) -> Iterator[list[str]]:
    """Yield the rows of all tables without their headings: the cells as they are written."""
    body = False
    for token in parsed(markdown):
        if token.type in ("tbody_open", "tbody_close"):
            body = token.type == "tbody_open"
        elif token.type == "tr_open" and body:
            cells: list[str] = []
        elif token.type == "inline" and body:
            cells.append(token.content)
        elif token.type == "tr_close" and body:
            yield cells


def inline_code(markdown: str) -> list[str]:
    """Return what is code within paragraphs, lists and tables."""
    children = [child for token in parsed(markdown) for child in token.children or []]
    return [child.content for child in children if child.type == "code_inline"]
