"""Which wording of the roles a person read when deciding."""

from functools import cache

from django.utils.translation import get_language

from partnercenter.lib.canonical import canonical, digest

from .role_texts import ROLE_TEXTS


def texts_version() -> str:
    """The digest of all role texts in the active language."""
    return _digest_in(get_language() or "en")


@cache
def _digest_in(language: str) -> str:
    return digest(
        canonical(
            {
                template_id: [text.summary, list(text.can), list(text.cannot), text.risk]
                for template_id, text in ROLE_TEXTS.items()
            }
        )
    )
