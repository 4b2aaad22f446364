"""Files for spreadsheets, written while they are sent."""

from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

from partnercenter.lib.spreadsheets import BYTE_ORDER_MARK, csv_lines


def csv_answer(
    name: str, headings: list[str], rows: Iterable[Iterable[object]]
) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(_file(headings, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _file(headings: list[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    yield from csv_lines([headings])
    yield from csv_lines(rows)
