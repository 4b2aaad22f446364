"""Tables for people who open them in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator

# So that a spreadsheet reads the signs of every language as they are meant.
BYTE_ORDER_MARK = "\ufeff"
# A cell that begins so is taken for a formula, which can reach into other files and addresses.
FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


class _Line:
    """What the writer writes into: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The rows as lines of a file in which every cell is text and none a formula."""
    writer = csv.writer(_Line())
    for row in rows:
        yield writer.writerow([as_text(str(cell)) for cell in row])


def as_text(cell: str) -> str:
    """The cell, marked as text where a spreadsheet would reckon with it."""
    return f"'{cell}" if cell.strip().startswith(FORMULA_SIGNS) or cell[:1].isspace() else cell
