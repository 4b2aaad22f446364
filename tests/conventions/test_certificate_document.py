"""`docs/certificate.md` says of the canonical form exactly what the code writes."""

import json
import re

from partnercenter.lib.canonical import canonical
from subscriptions.models import FROZEN, LIVE

from .sources import ROOT

TEXT = (ROOT / "docs" / "certificate.md").read_text()


def example() -> str:
    (block,) = re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)
    return block.replace("\n", "")


def test_the_example_is_in_the_form_that_it_explains():
    assert canonical(json.loads(example())) == example()


def test_the_example_and_the_table_have_every_key_and_no_other():
    keys = sorted({*FROZEN, *LIVE} - {"last_change"})
    assert list(json.loads(example())) == keys
    rows = re.findall(
        r"^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \|.*\| (frozen|live) \|$", TEXT, re.MULTILINE
    )
    told = {name: lives for names, lives in rows for name in re.findall(r"`([a-z_]+)`", names)}
    assert list(told) == keys
    assert {name for name, lives in told.items() if lives == "frozen"} == set(FROZEN)
