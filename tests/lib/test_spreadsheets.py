"""Tables for spreadsheets: every cell is text, and comes back as it was."""

import csv

import pytest

from partnercenter.lib.spreadsheets import as_text, csv_lines


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+49", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", '=cmd|" /C calc"!A0'],
)
def test_a_formula_becomes_text(cell):
    assert as_text(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Fernhill", "한국 식품", "7.20", "2026-11-23", "a=b", "北京"])
def test_anything_else_stays(cell):
    assert as_text(cell) == cell


def test_a_table_is_read_back_as_it_was():
    rows = [["Fernhill, Foods", 'called "Fern"'], ["two\nlines", "שלום"], ["=1", 7]]
    read = list(csv.reader("".join(csv_lines(rows)).splitlines(keepends=True)))
    assert read == [["Fernhill, Foods", 'called "Fern"'], ["two\nlines", "שלום"], ["'=1", "7"]]
