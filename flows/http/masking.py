"""Hides secrets in text that is printed, logged or stored: API keys in queries, and passwords in URLs."""

import re

_API_KEY = re.compile(r"(api[_-]?key\"?\s*[=:]\s*\"?)[^&\s\"']+", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s?#\"']+@", re.IGNORECASE)


def mask_secrets(text: str) -> str:
    """Return `text` with the values of API keys, and the user and password of URLs, replaced by ***.

    'https://me:word@example.org/?api_key=1a2b' -> 'https://***@example.org/?api_key=***'
    """
    return _CREDENTIALS.sub(r"\1***@", _API_KEY.sub(r"\1***", text))


def without_credentials(url: str) -> str:
    """Return a URL without user and password."""
    return _CREDENTIALS.sub(r"\1", url, count=1)
