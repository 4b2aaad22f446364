"""
The keys that sign certificates: Ed25519, one pair current, older ones kept to check by.

A folder of PEM files, one a key, outside the repository; every process of the site shares it. The
first start makes a pair. The newest file is the current one, so a rotation is a new file; an old
one may lose its private half and still stand for its signatures.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings
from jwt.utils import base64url_encode

from partnercenter.lib.canonical import canonical, digest

PRIVATE, PUBLIC = ".private.pem", ".public.pem"


@dataclass(frozen=True)
class SigningKey:
    """One key: its id, what checks, and what signs where this site still has it."""

    key_id: str
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None
    made_at: int

    def as_jwk(self) -> dict[str, str]:
        """The public half as RFC 8037 writes it."""
        return {**_members(self.public), "kid": self.key_id, "use": "sig", "alg": "EdDSA"}


def folder() -> Path:
    return Path(settings.CERTIFICATE_KEYS_DIR)


def keys() -> list[SigningKey]:
    """Every key of the folder, the newest first."""
    found = [_read(path) for path in folder().glob("*.pem")] if folder().is_dir() else []
    with_private = {key.key_id for key in found if key.private}
    kept = [key for key in found if key.private or key.key_id not in with_private]
    return sorted(kept, key=lambda key: (-key.made_at, key.key_id))


def current_key() -> SigningKey:
    """The newest with a private half; made where there is none."""
    for key in keys():
        if key.private:
            return key
    return make_key()


def make_key() -> SigningKey:
    """A new pair, which is the current one from now on; readable by the site's account alone."""
    private = Ed25519PrivateKey.generate()
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / f"{thumbprint(private.public_key())}{PRIVATE}"
    text = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
    return _read(path)


def retire(key: SigningKey) -> None:
    """Keep the public half alone: it signs no more, and what it signed can still be checked."""
    text = key.public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    path = folder() / f"{key.key_id}{PUBLIC}"
    path.write_bytes(text)
    os.utime(path, ns=(key.made_at, key.made_at))
    (folder() / f"{key.key_id}{PRIVATE}").unlink(missing_ok=True)


def thumbprint(public: Ed25519PublicKey) -> str:
    """The key's id: the JWK thumbprint of RFC 7638, shortened for people to 16 characters."""
    found = bytes.fromhex(digest(canonical(_members(public))))
    return base64.urlsafe_b64encode(found).decode()[:16]


def _members(public: Ed25519PublicKey) -> Mapping[str, str]:
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": base64url_encode(raw).decode()}


def _read(path: Path) -> SigningKey:
    text, private = path.read_bytes(), None
    loaded: Any
    if path.name.endswith(PRIVATE):
        loaded = private = serialization.load_pem_private_key(text, password=None)
        loaded = loaded.public_key()
    else:
        loaded = serialization.load_pem_public_key(text)
    if not isinstance(loaded, Ed25519PublicKey):
        raise TypeError(f"{path.name} holds no Ed25519 key.")
    return SigningKey(
        key_id=thumbprint(loaded),
        public=loaded,
        private=private,  # type: ignore[arg-type]
        made_at=path.stat().st_mtime_ns,
    )
