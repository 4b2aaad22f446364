"""
Reading tables that people keep in spreadsheets: text by column, and where a file is broken.

Whatever a spreadsheet writes is read: commas, semicolons or tabs, quotation marks where they are
needed, a byte order mark or none, names in any script. The text must be UTF-8.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from .refusals import Refused

DELIMITERS = ",;\t"
SHOWN = 60
MOST_COLUMNS = 200


class FileRefused(Refused):
    """The file as a whole cannot be read; the message is for people."""


@dataclass(frozen=True)
class Told:
    """One line as it stands in the file: its number, and text by column."""

    number: int
    values: dict[str, str]
    uneven: bool


@dataclass(frozen=True)
class Columns:
    """Which columns a file has: by the name that is read, with other names for the same."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    # Whether a file may have more, which are left alone.
    lenient: bool = False

    def name(self, written: str) -> str:
        folded = " ".join(written.replace("_", " ").casefold().split())
        return self.synonyms.get(folded, folded)

    @property
    def known(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


def text_of(content: bytes) -> str:
    """The text of a file as it was sent, or a sentence where it is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        raise FileRefused(
            _(
                "The file is not UTF-8 text. Export it again as UTF-8. What cannot be read first "
                "stands in line %(line)d after %(count)d bytes."
            )
            % {
                "line": before.count(b"\n") + 1,
                "count": len(before.rpartition(b"\n")[2]),
            }
        ) from error
    _refuse_null(text)
    return text


def rows(content: bytes | str, columns: Columns) -> Iterator[Told]:
    """Each line that holds something, below the one that names the columns."""
    if isinstance(content, bytes):
        content = text_of(content)
    content = content.removeprefix("\ufeff")
    _refuse_null(content)
    heading = content.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=heading.count)
    # Every end of line is left for the reader to see: one inside of a cell belongs to it.
    text = io.StringIO(content, newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    filled = (values for values in reader if any(value.strip() for value in values))
    names: list[str] = []
    try:
        names = [columns.name(name) for name in next(filled, [])]
        _check_heading(names, columns)
        for values in filled:
            told = dict(zip(names, (value.strip() for value in values), strict=False))
            yield Told(reader.line_num, told, uneven=len(values) != len(names))
    except csv.Error as error:
        line, what = _fault(content, delimiter, names) or (reader.line_num, f"{error}.")
        raise FileRefused(
            _("Line %(line)d cannot be read as CSV: %(what)s") % {"line": line, "what": what}
        ) from error


def quoted(text: str) -> str:
    """The text as a sentence shows it: a cell can be as long as a book."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _refuse_null(text: str) -> None:
    if "\x00" in text:
        raise FileRefused(_("The file holds null characters; it is not a text file."))


def _check_heading(names: list[str], columns: Columns) -> None:
    if len(names) > MOST_COLUMNS:
        raise FileRefused(
            _("The first line names %(count)d columns; at most %(most)d are read.")
            % {"count": len(names), "most": MOST_COLUMNS}
        )
    if missing := [name for name in columns.required if name not in names]:
        raise FileRefused(
            _("The first line must name the columns; missing: %(columns)s.")
            % {"columns": ", ".join(missing)}
        )
    unknown = [name for name in names if name not in columns.known]
    if unknown and not columns.lenient:
        raise FileRefused(
            _("Unknown columns: %(unknown)s. Known are %(known)s.")
            % {
                "unknown": ", ".join(map(quoted, unknown)),
                "known": ", ".join(columns.known),
            }
        )
    if twice := {name for name in names if names.count(name) > 1 and name in columns.known}:
        raise FileRefused(
            _("Columns that stand twice: %(columns)s.") % {"columns": ", ".join(sorted(twice))}
        )


def _fault(text: str, delimiter: str, names: list[str]) -> tuple[int, str] | None:
    """In which line and column a quotation mark is wrong, which the reader itself cannot say."""
    line, column, opened = 1, 0, 0
    state = "start"
    for sign in text:
        if state == "quoted":
            state = "closing" if sign == '"' else state
        elif state == "closing" and sign == '"':
            state = "quoted"
        elif sign == delimiter:
            column, state = column + 1, "start"
        elif sign in "\r\n":
            column, state = 0, "start"
        elif state == "closing":
            return opened, _(
                "in column %(column)s something follows after the quotation mark that closes it. "
                "A quotation mark inside of a cell is written twice."
            ) % {"column": _column(column, names)}
        elif state == "start" and sign == '"':
            opened, state = line, "quoted"
        else:
            state = "plain"
        line += sign == "\n"
    if state != "quoted":
        return None
    return opened, _("in column %(column)s a quotation mark opens a cell, and none closes it.") % {
        "column": _column(column, names)
    }


def _column(index: int, names: list[str]) -> str:
    return f"{index + 1} ({names[index]})" if index < len(names) else str(index + 1)
