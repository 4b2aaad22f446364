"""What each delegated role means, in plain words, by template id."""

from .role_texts_content import CONTENT_ROLE_TEXTS
from .role_texts_devices import DEVICE_ROLE_TEXTS
from .role_texts_directory import DIRECTORY_ROLE_TEXTS
from .role_texts_entry import RiskLevel, RoleText
from .role_texts_people import PEOPLE_ROLE_TEXTS
from .role_texts_protection import PROTECTION_ROLE_TEXTS
from .role_texts_readers import READER_ROLE_TEXTS

__all__ = ["ROLE_TEXTS", "RiskLevel", "RoleText"]

ROLE_TEXTS: dict[str, RoleText] = {
    **DIRECTORY_ROLE_TEXTS,
    **PEOPLE_ROLE_TEXTS,
    **CONTENT_ROLE_TEXTS,
    **PROTECTION_ROLE_TEXTS,
    **DEVICE_ROLE_TEXTS,
    **READER_ROLE_TEXTS,
}
