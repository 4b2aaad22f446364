"""What the site's own log must not hold."""

import logging
import re

TOKEN = re.compile(r"(/(?:r|invitations)/)[A-Za-z0-9_-]{8,}")


class MaskTokens(logging.Filter):
    """Blacks out the secret part of links before a line is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = TOKEN.sub(r"\1…", message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True
