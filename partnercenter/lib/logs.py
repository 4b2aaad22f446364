"""What the site's own log must not hold."""

import logging
import re

# As it stands in an address, and in the way back that a sign-in is given with its own.
SLASH = "(?:/|%2F)"
TOKEN = re.compile(rf"({SLASH}(?:r|invitations){SLASH})[A-Za-z0-9_-]{{8,}}", re.IGNORECASE)


class MaskTokens(logging.Filter):
    """Blacks out the secret part of links before a line is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = TOKEN.sub(r"\1…", message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True
