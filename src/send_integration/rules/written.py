"""A rules file as it was written: its tables, and the line of each rule and field, so that a fault can name its place."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Fault(NamedTuple):
    """What is wrong with a rules file, and where; `rule` and `field` are '' where it is about no one rule or field."""

    file: str
    line: int
    rule: str
    field: str
    words: str

    @property
    def place(self) -> str:
        """The file and line, as editors and terminals write them."""
        return f"{self.file}, line {self.line}"

    def with_words(self, words: str) -> "Fault":
        """A fault at the same place that is about no rule."""
        return self._replace(rule="", field="", words=words)

    @property
    def sentence(self) -> str:
        """Which field of which rule, and what is wrong."""
        if not self.rule:
            return self.words
        return (
            f"field '{self.field}' of rule '{self.rule}' {self.words}"
            if self.field
            else f"rule '{self.rule}' {self.words}"
        )


@dataclass(frozen=True, slots=True)
class Written:
    """A file that is valid TOML."""

    file: str
    tables: Mapping[str, object]
    lines: Mapping[tuple[str, ...], int]

    def fault(self, rule: str, field: str, words: str) -> Fault:
        """A fault at the line of a rule's field, else of its header, else at the file's first."""
        line = self.lines.get((rule, field)) or self.lines.get((rule,)) or 1
        return Fault(self.file, line, rule, field, words)


def read_file(file: str, text: str) -> Written | Fault:
    """A file's tables and lines, or why it is no TOML."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        told = re.search(r"at line ([0-9]+)", str(fault))
        line = int(told[1]) if told else text.count("\n") + 1
        return Fault(file, line, "", "", f"is no valid TOML: {fault}")
    return Written(file, tables, lines_of(text))


_KEY = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_PATH = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_PATH})\s*\]")
_FIELD = re.compile(rf"\s*({_PATH})\s*=")
_TOKEN = re.compile(r"""\"{3}|'{3}|"(?:[^"\\]|\\.)*"|'[^']*'|\#.*|[\[{]|[\]}]""")


def lines_of(text: str) -> dict[tuple[str, ...], int]:
    """The line on which each table and each of its fields is first written; the text must be valid TOML."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    inside = _Inside()
    for number, line in enumerate(text.split("\n"), start=1):
        if not inside.value:
            if header := _HEADER.match(line):
                table = _parts(header[1])
                found.setdefault(table[:1], number)
                found.setdefault(table[:2], number)
                continue
            if field := _FIELD.match(line):
                path = (*table, *_parts(field[1]))
                found.setdefault(path[:1], number)
                found.setdefault(path[:2], number)
        inside.read(line)
    return found


class _Inside:
    """Whether the next line goes on with a value: an open bracket, or a text over several lines."""

    def __init__(self) -> None:
        self._open = 0
        self._quotes = ""

    @property
    def value(self) -> bool:
        return bool(self._open or self._quotes)

    def read(self, line: str) -> None:
        at = 0
        while at < len(line):
            if self._quotes:
                end = _end_of_text(line, at, self._quotes)
                if end < 0:
                    return
                at, self._quotes = end, ""
            token = _TOKEN.search(line, at)
            if token is None:
                return
            at = token.end()
            if token[0] in ('"""', "'''"):
                self._quotes = token[0]
            elif token[0] in "[{":
                self._open += 1
            elif token[0] in "]}":
                self._open -= 1


def _end_of_text(line: str, at: int, quotes: str) -> int:
    """Where a text over several lines ends on this one; -1 where it does not."""
    ended = re.compile(r'(?:[^\\"]|\\.|"(?!""))*?"{3,5}' if quotes == '"""' else r"(?:[^']|'(?!''))*?'{3,5}").match(
        line, at
    )
    return ended.end() if ended else -1


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, path))
