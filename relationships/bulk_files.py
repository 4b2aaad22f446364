"""The rows of a bulk job, from what was ticked or from a partner's own file."""

import uuid
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_domain_name, validate_email
from django.utils.translation import gettext as _

from partnercenter.lib.batches import batches
from partnercenter.lib.csv_files import Columns, FileRefused, Told, quoted, rows
from partners.models import Partner

from .ask import NAME_LENGTH
from .moves.bulk import MOST_ROWS, Chosen

MOST_BYTES = 5_000_000


def id_columns() -> Columns:
    """As the page's own download has them, so that a part of it can be given back."""
    synonyms = (
        "admin relationship id",
        "relationship id",
        "admin relationship",
        _("Id").casefold(),
    )
    return Columns(("id",), synonyms=dict.fromkeys(synonyms, "id"), lenient=True)


def customer_columns() -> Columns:
    synonyms = ("domain", "tenant id", "e-mail", "email", "e-mail address", "address")
    return Columns(
        ("customer",), ("name",), synonyms=dict.fromkeys(synonyms, "customer"), lenient=True
    )


def named_relationships(partner: Partner, ids: Iterable[str]) -> Iterator[Chosen]:
    """The partner's own; an id of another partner's is one that nobody knows here."""
    seen: dict[uuid.UUID, int] = {}
    numbered = enumerate(ids, start=1)
    for batch in batches(numbered):
        found = _found(partner, [text for _number, text in batch])
        for number, text in batch:
            public_id = _as_id(text)
            key = str(public_id or quoted(text.replace("\x00", "")))
            if public_id is None or public_id not in found:
                yield Chosen(key=key, refused=_("Your organisation has nothing with this id."))
            elif public_id in seen:
                yield Chosen(key=key, refused=_twice(seen[public_id]))
            else:
                seen[public_id] = number
                yield Chosen(key=key, relationship_id=found[public_id])


def relationships_of_file(partner: Partner, content: bytes) -> list[Chosen]:
    lines = _lines(content, id_columns())
    return list(named_relationships(partner, (line.values.get("id", "") for line in lines)))


def customers_of_file(content: bytes) -> list[Chosen]:
    """Whom to ask, each with the name of its request where the file gives one."""
    seen: dict[str, int] = {}
    chosen = []
    for number, line in enumerate(_lines(content, customer_columns()), start=1):
        key = line.values.get("customer", "").lower().rstrip(".")
        name = " ".join(line.values.get("name", "").split())
        why = _why_no_address(key)
        if not why and key in seen:
            why = _twice(seen[key])
        if not why and len(name) > NAME_LENGTH:
            why = _("The name has more than %(most)d characters.") % {"most": NAME_LENGTH}
        seen.setdefault(key, number)
        chosen.append(Chosen(key=key, name=name, refused=why))
    return chosen


def _lines(content: bytes, columns: Columns) -> Iterator[Told]:
    for count, line in enumerate(rows(content, columns), start=1):
        if count > MOST_ROWS:
            raise FileRefused(
                _("The file has more than %(most)d rows. Divide it.") % {"most": MOST_ROWS}
            )
        if line.uneven:
            raise FileRefused(
                _(
                    "Line %(line)d has more or fewer cells than the first line names columns. A "
                    "comma or semicolon inside of a cell needs quotation marks around the cell."
                )
                % {"line": line.number}
            )
        yield line


def _found(partner: Partner, texts: list[str]) -> dict[uuid.UUID, int]:
    ids = [public_id for text in texts if (public_id := _as_id(text))]
    own = partner.admin_relationships.filter(public_id__in=ids)
    return dict(own.values_list("public_id", "pk"))


def _as_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _why_no_address(key: str) -> str:
    if _as_id(key):
        return ""
    try:
        (validate_email if "@" in key else validate_domain_name)(key)
    except ValidationError:
        said = _("“%(text)s” is no e-mail address, no domain and no tenant id.")
        return said % {"text": quoted(key)}
    return "" if len(key) <= 253 else _("This address is too long.")


def _twice(number: int) -> str:
    return _("This stands in row %(number)d already.") % {"number": number}
