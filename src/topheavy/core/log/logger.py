"""One logger for the package; secrets never reach it because requests are redacted before they are named."""

import logging
import re

_SECRET = re.compile(r"(?i)((?:api_?key|token|secret|password|signature)=)[^&\s]+")
_USER = re.compile(r"(?<=://)[^/?#@\s]+@")

logger = logging.getLogger("topheavy")
logger.addHandler(logging.NullHandler())


def redact(text: str) -> str:
    """Return ``text`` with the value of every secret-looking query parameter, and who logs in where, replaced.

    >>> redact("https://x/y?apiKey=abc&limit=5"), redact("https://me:abc@x/y")
    ('https://x/y?apiKey=***&limit=5', 'https://***@x/y')
    """
    return _USER.sub("***@", _SECRET.sub(r"\1***", text))
