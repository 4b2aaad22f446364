"""
Addresses in a text that shall have none: of pages, of mailboxes, of machines.

Whoever writes into a mail that goes out in somebody else's name must not be able to lead its
reader anywhere. What a mail program makes a link of is found, and the usual ways to write an
address so that only people recognise it. A missing space after a full stop looks like a domain and
is found too; the sentence that refuses it can say so.
"""

import re
import unicodedata

# An address may be hidden in brackets. Every repetition has a limit, so that a text of any length
# is read once.
_SPELT = (
    (re.compile(r"\s{0,2}[\[({<]\s{0,2}(?:dot|punkt|point|点|점|\.)\s{0,2}[\])}>]\s{0,2}"), "."),
    (re.compile(r"\s{0,2}[\[({<]\s{0,2}(?:at|@)\s{0,2}[\])}>]\s{0,2}"), "@"),
    # The ideographic full stop parts a domain only between letters that domains are made of.
    (re.compile(r"(?<=[a-z0-9])。(?=[a-z0-9])"), "."),
)
_SIGNS_OF_ONE = re.compile(
    r"""
      :\s?/\s?/                                       # https://, and hxxp:// for people to mend
    | \b(?:mailto|tel|sms|sip|data|file|javascript):(?=\S)
    | (?<![\w/]) // (?=\w) | (?<![\w\\]) \\\\ (?=\w)  # //host and \\host
    | (?<=[^\s@]) @ | @ (?=\w)                        # somebody@somewhere, @somebody
    | \bwww\b | \blocalhost\b
    | \bdot\s(?:com|net|org|info|io|co)\b
    | \[ (?=[0-9a-f.]{0,40}:) [0-9a-f:.]{2,45} \]     # a machine's, of version 6
    | (?<![\w:]) (?:[0-9a-f]{1,4}:){4,7}
    | (?<!\d) \d{1,3} (?:\.\d{1,3}){3} (?!\d)         # and of version 4
    | (?<=[\w-]) \s? \. (?: xn--[a-z0-9] | [^\W\d_]{2,63} (?!\w) )
    """,
    re.VERBOSE,
)


def first_address(text: str) -> str:
    """The first word of the text that reads like an address; empty when there is none."""
    # Letters in circles or of full width, and signs without a width, hide nothing.
    folded = unicodedata.normalize("NFKC", text).lower()
    folded = "".join(sign for sign in folded if not _has_no_width(sign))
    for pattern, plain in _SPELT:
        folded = pattern.sub(plain, folded)
    found = _SIGNS_OF_ONE.search(folded)
    if found is None:
        return ""
    before, after = folded[: found.start()], folded[found.end() :]
    left = before.split()[-1] if before and not before[-1].isspace() else ""
    right = after.split()[0] if after and not after[0].isspace() else ""
    return f"{left}{found.group()}{right}".strip()


def _has_no_width(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cf", "Mn") or sign in "\u1160\u115f"
