"""A partner's own files: what is read of them, and what is said of one that is broken."""

import pytest

from partnercenter.lib.csv_files import FileRefused
from relationships import bulk_files
from relationships.bulk_files import customers_of_file, relationships_of_file
from relationships.moves.bulk import Chosen, digest_of
from tests import factories as make

from .scenes import EXCHANGE, TEAMS, Fernhill

HEADING = "customer,name"
NAMES = (
    "Müller & Söhne",
    "북극성 식품",
    "北京食品有限公司",
    "شركة الأغذية",
    "Zażółć gęślą jaźń",
    "O’Neill, Ltd.",
    'The "Mill"',
    "a; b",
    "=SUM(A1)",
    "e\u0301clair",
    "👩‍🌾 farm",
)


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"'


class TestNames:
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_trap_9_of_any_script_with_quotes_and_commas(self, mark, delimiter, end):
        lines = [HEADING.replace(",", delimiter)]
        lines += [
            delimiter.join([f"a{number}@glen.example", quoted(name)])
            for number, name in enumerate(NAMES)
        ]
        chosen = customers_of_file((mark + end.join(lines) + end).encode())
        assert [row.name for row in chosen] == list(NAMES)
        assert not any(row.refused for row in chosen)
        plain = [Chosen(f"a{number}@glen.example", name) for number, name in enumerate(NAMES)]
        assert digest_of(chosen) == digest_of(plain)

    def test_of_columns_are_known_by_several_words_and_others_are_left_alone(self):
        for word in ("Customer", "DOMAIN", "tenant_id", "E-mail"):
            (row,) = customers_of_file(f"Notes,{word}\nx,Glen.Example.\n".encode())
            assert row == Chosen("glen.example")


class TestCustomers:
    def test_are_an_address_a_domain_or_a_tenant_id_and_each_stands_once(self):
        key = "0b4f7a7e-7f3c-4a43-9d10-1f9c9a0a8f11"
        text = f"customer,name\nA@Glen.example,One\nlarch.example,\n{key},\nno address,\n,x\n"
        text += f"a@glen.example,Again\nhazel.example,{'x' * 51}\n"
        chosen = customers_of_file(text.encode())
        assert [row.key for row in chosen[:3]] == ["a@glen.example", "larch.example", key]
        assert [row.refused for row in chosen] == [
            "",
            "",
            "",
            "“no address” is no e-mail address, no domain and no tenant id.",
            "“” is no e-mail address, no domain and no tenant id.",
            "This stands in row 1 already.",
            "The name has more than 50 characters.",
        ]


class TestBroken:
    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "missing: customer"),
            (b"id,name\nx,y\n", "missing: customer"),
            (b"customer,customer\n", "stand twice: customer"),
            (
                b'customer,name\na@b.example,x\nb@b.example,"y\nz,1\n',
                r"Line 3 cannot be read as CSV: in column 2 \(name\) a quotation mark opens",
            ),
            (
                b'customer,name\na@b.example,"x"y\n',
                r"Line 2 cannot be read as CSV: in column 2 \(name\) something follows",
            ),
            (
                "customer,name\na@b.example,é\n".encode("latin-1"),
                "not UTF-8 text.*stands in line 2 after 12 bytes",
            ),
            (b"customer,name\na@b.example\n", "Line 2 has more or fewer cells"),
            (b"customer,name\n\na@b.example,x,y\n", "Line 3 has more or fewer cells"),
            (b"customer\n\x00\n", "null characters"),
        ],
    )
    def test_is_told_with_line_and_column(self, content, sentence):
        with pytest.raises(FileRefused, match=sentence):
            customers_of_file(content)

    def test_is_also_one_with_too_many_columns(self):
        heading = "customer," + ",".join(f"c{number}" for number in range(200_000))
        with pytest.raises(FileRefused, match="200001 columns; at most 200"):
            customers_of_file(f"{heading}\n".encode())

    def test_is_also_one_with_too_many_rows(self, monkeypatch):
        monkeypatch.setattr(bulk_files, "MOST_ROWS", 1)
        with pytest.raises(FileRefused, match="more than 1 rows"):
            customers_of_file(b"customer\na.example\nb.example\n")


@pytest.mark.django_db
def test_what_was_ticked_and_is_no_id_is_kept_as_text_that_both_engines_hold():
    partner = make.make_partner()
    (chosen, long) = bulk_files.named_relationships(partner, ["\x00x", "y" * 5000])
    assert (chosen.key, chosen.refused != "") == ("x", True)
    assert len(long.key) < 100


@pytest.mark.django_db
def test_foreign_ids_are_answered_as_those_that_are_nowhere():
    scene = Fernhill()
    own, foreign = scene.grant(scene.alder, TEAMS), scene.grant(scene.birch, EXCHANGE)
    nowhere = make.make_request(scene.alder).public_id
    ids = [own.public_id, foreign.public_id, nowhere, "nothing", str(own.public_id).upper()]
    text = "Id,Customer\n" + "".join(f"{key},x\n" for key in ids)
    chosen = relationships_of_file(scene.alder, text.encode())
    unknown = "Your organisation has nothing with this id."
    assert [row.refused for row in chosen] == [
        "",
        unknown,
        unknown,
        unknown,
        "This stands in row 1 already.",
    ]
    assert [row.relationship_id for row in chosen] == [own.pk, None, None, None, None]
