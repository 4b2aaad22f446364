#!/usr/bin/env python3
"""Check a Partner Center certificate without the site: verify_certificate.py FILE KEYS.

KEYS is https://<the site>/.well-known/partner-center-keys.json. Needs `cryptography`.
What a good certificate proves, and what not, stands in docs/certificate.md.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "partner-center-certificate/1"


class Wrong(Exception):
    """What is wrong with the certificate."""


def unpack(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def statement_of(signature, keys):
    """The signed statement, if a known key signed exactly this."""
    try:
        head, body, sealed = signature.split(".")
        header, statement = json.loads(unpack(head)), json.loads(unpack(body))
    except ValueError:
        raise Wrong("it bears no signature, or a broken one")
    known = {key.get("kid"): key for key in keys if key.get("crv") == "Ed25519"}
    if header.get("alg") != "EdDSA" or header.get("kid") not in known:
        raise Wrong(f"the key {header.get('kid')!r} that signed it is none of the site's")
    public = Ed25519PublicKey.from_public_bytes(unpack(known[header["kid"]]["x"]))
    try:
        public.verify(unpack(sealed), f"{head}.{body}".encode())
    except InvalidSignature:
        raise Wrong("the signature does not fit the statement: one of them was changed")
    return statement


def leaf(part):
    salted = b"\x00" + bytes.fromhex(part["salt"]) + part["form"].encode()
    return hashlib.sha256(salted).digest()


def root_of(leaves):
    while len(leaves) > 1:
        pairs = [leaves[i : i + 2] for i in range(0, len(leaves), 2)]
        leaves = [
            hashlib.sha256(b"\x01" + pair[0] + pair[1]).digest() if len(pair) == 2 else pair[0]
            for pair in pairs
        ]
    return leaves[0].hex()


def verify(certificate, keys):
    """The statement of a good certificate; else Wrong says what is wrong."""
    if certificate.get("format") != FORMAT:
        raise Wrong(f"it is no certificate of the form {FORMAT}")
    statement = statement_of(certificate["signature"], keys)
    account, rows = certificate["account"], certificate["subscriptions"]
    forms = [json.loads(row["form"]) for row in rows]
    if len(rows) != statement["count"]:
        raise Wrong(f"it holds {len(rows)} subscriptions, but {statement['count']} were signed")
    if json.loads(account["form"])["tenant_id"] != statement["customer"]:
        raise Wrong("the account in it is not the customer's whose certificate was signed")
    if any(form["customer"] != statement["customer"] for form in forms):
        raise Wrong("a subscription in it is another customer's")
    ids = [form["public_id"] for form in forms]
    if ids != sorted(ids):
        raise Wrong("its subscriptions are not in their order")
    if root_of([leaf(account), *map(leaf, rows)]) != statement["root"]:
        raise Wrong("the account or a subscription in it is not what was signed")
    return statement


def read(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def main(file, keys):
    try:
        found = verify(read(file), read(keys)["keys"])
    except Wrong as wrong:
        return f"NOT GOOD: {wrong}."
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"NOT GOOD: it cannot be read ({error})."
    print(f"Good: {found['count']} subscriptions and the account of {found['customer']},")
    print(f"as they stood at {found['at']}, when this was done: {found['act']}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 3 else __doc__)
