"""Addresses of pages: one form for all spellings of an address, and links without what a feed or a session adds."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_TRACKING = frozenset((
    "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "mkt_tok", "ref", "referrer",
    "source", "cookieset", "_hsenc", "_hsmi", "_ga", "_gl", "jsessionid", "phpsessid", "aspsessionid", "sessionid",
    "session_id",
))  # fmt: skip
_SESSION = re.compile(r"[0-9A-Za-z_-]{16,}")
"""A value of `sid` that is a session. Shorter ones may be the number of a story, which is not to be lost."""
_ADDED_BY_FEEDS = frozenset(("fc", "ff", "v"))
"""PubMed adds these to the links of its feeds, beside utm_*: the times of the feed, and its version. Other sites may
mean something by them, so they count as tracking only where utm_* stands beside them."""
_PORTS = {"http": ":80", "https": ":443"}
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)


def normalize_url(url: str) -> str:
    """Return an address with the host in lower case, without scheme, port, fragment, tracking and final slash.

    'https://www.Example.org/a/?utm_source=x&b=1#top' -> 'example.org/a?b=1'
    """
    try:
        parts = urlsplit(url.strip())
        query = _without_tracking(parse_qsl(parts.query))
    except ValueError:
        return url.strip()
    host = (
        parts.netloc.rpartition("@")[2]
        .lower()
        .removesuffix(_PORTS.get(parts.scheme.lower(), ":80"))
        .removeprefix("www.")
    )
    path = _PATH_SESSION.sub("", parts.path).rstrip("/")
    return host + path + (f"?{urlencode(sorted(query))}" if query else "")


def clean_link(url: str) -> str:
    """Return a link without tracking, session ids and fragment: equal for the same page in every fetch of a feed.

    'https://example.org/1/?utm_source=x&ff=20260105&id=2' -> 'https://example.org/1/?id=2'
    """
    try:
        parts = urlsplit(url.strip())
        given = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url
    kept = _without_tracking(given)
    query = parts.query if len(kept) == len(given) else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc, _PATH_SESSION.sub("", parts.path), query, ""))


def _without_tracking(query: list[tuple[str, str]]) -> list[tuple[str, str]]:
    names = {key.lower() for key, _ in query}
    tracking = _TRACKING | (_ADDED_BY_FEEDS if any(name.startswith("utm_") for name in names) else set())
    return [
        (key, value)
        for key, value in query
        if not (
            key.lower().startswith("utm_")
            or key.lower() in tracking
            or (key.lower() == "sid" and _SESSION.fullmatch(value))
        )
    ]
