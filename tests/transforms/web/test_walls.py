"""Pages without an article are rejected with their reason, and articles about such things are not."""

import pytest

from tests.support import made_pages
from tests.support.made_pages import article, meta, page
from transforms.web.decode import LARGEST_PAGE
from transforms.web.page import Extraction, Rejection, extract

RESULT = (
    "<li class='result'><h3><a href='/{0}'>Humming in ward {0}</a></h3><div class='abstract'>In ward {0} we hummed to {0}"
    " patients and counted the hiccups that were left after an hour.</div></li>"
)
RESULTS = "<h2>1,204 results for hiccups</h2><ol>" + "".join(map(RESULT.format, range(2, 12))) + "</ol>"

REJECTED = {
    "cloudflare": (
        "bot_wall",
        page("<title>Just a moment...</title>", "<noscript>Enable JavaScript and cookies to continue</noscript>"),
    ),
    "captcha": (
        "bot_wall",
        page(
            "<title>ScienceMade</title>",
            "<h1>Are you a robot?</h1><p>Please confirm you are a human by completing the captcha challenge below.</p>",
        ),
    ),
    "unusual traffic": (
        "bot_wall",
        page(
            "<title>Made Press</title>",
            "<p>We have detected unusual traffic from your network. To continue to the article, please verify that you are a human"
            " by solving the puzzle below; this helps us to keep the service available for all of our many readers. Reference"
            " number 18.2f3a.</p>",
        ),
    ),
    "log in": (
        "login_wall",
        page(
            "<title>Sign in | Made Press</title>",
            "<h1>Sign in</h1><form><input name=user><input type=password></form><p>Forgot your password?</p>",
        ),
    ),
    "institution": (
        "login_wall",
        page(
            "<title>Made Library</title>",
            "<h1>Welcome</h1><p>You must be logged in to read this item. Please select your institution from the list, or log in"
            " with your personal account if you have one. Members of the society may use their membership number.</p>",
        ),
    ),
    "not result": (
        "error_page",
        page(
            "<title>Made Press</title>",
            "<h1>Oops!</h1><p>The page you requested could not be result. It may have been moved, or the address may have been"
            " mistyped. You can go back to the home page, or use the search above to find what you were looking for.</p>",
        ),
    ),
    "404": ("error_page", page("<title>404 - Made Press</title>", "<h1>404</h1>" + made_pages.FURNITURE)),
    "server error": (
        "error_page",
        page("<title>Error</title>", "<p>An internal server error occurred. Please try again later.</p>"),
    ),
    "doi": ("error_page", page("<title>Error: DOI Not Found</title>", "<h1>DOI Not Found</h1><p>10.5555/made</p>")),
    "results": ("search_results", page("<title>hiccups - Search Results - Made</title>", made_pages.NAV + RESULTS)),
    "results by their number": ("search_results", page("<title>Made</title>", made_pages.NAV + RESULTS)),
    "pubmed results": (
        "search_results",
        page(
            "<title>hiccups - PubMed</title>" + meta("log_displayeduids", "11,12,13,14"),
            made_pages.NAV + RESULT.format(7),
        ),
    ),
    "shell": ("empty", page("<title>Made</title>", '<div id="root"></div><script src="/app.js"></script>')),
    "nothing": ("empty", "<html></html>"),
    "blank": ("empty", "   "),
    "shop": (
        "no_article",
        page(
            "<title>Made shop</title>",
            "<h1>Our shop</h1>"
            + "<p>We sell many made things to all who come in from the street and ask for them.</p>" * 60,
        ),
    ),
}
OTHER_FORMATS = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3", "png": b"\x89PNG\r\n\x1a\n\0\0", "jpeg": b"\xff\xd8\xff\xe0\0", "gif": b"GIF89a\1\0",
    "zip": b"PK\x03\x04\x14\0", "gzip": b"\x1f\x8b\x08\0", "json": b'{"error": "API rate limit exceeded", "limit": "3"}',
    "binary": bytes(range(256)) * 40,
}  # fmt: skip


@pytest.mark.parametrize("name", REJECTED)
def test_walls_are_rejected_with_their_reason(name):
    reason, html = REJECTED[name]
    result = extract(html.encode(), "https://example.org/x")
    assert isinstance(result, Rejection)
    assert (result.reason, bool(result.detail)) == (reason, True)


@pytest.mark.parametrize("name", ["cloudflare", "captcha", "log in", "404", "server error", "shell"])
def test_walls_are_rejected_in_article_mode(name):
    reason, html = REJECTED[name]
    result = extract(html.encode(), "https://example.org/x", "article")
    assert isinstance(result, Rejection)
    assert result.reason == reason


@pytest.mark.parametrize("name", OTHER_FORMATS)
def test_other_formats_are_not_html(name):
    assert extract(OTHER_FORMATS[name], "https://example.org/x").reason == "not_html"


def test_a_page_beyond_the_limit_is_too_large():
    html = made_pages.elsevier(article("plain")).encode()
    assert extract(html + b" " * (50_000_000 - len(html)), "https://example.org/x").reason == "too_large"
    assert isinstance(extract(html + b" " * (LARGEST_PAGE - len(html)), "https://example.org/x"), Extraction)


@pytest.mark.parametrize(
    "title",
    [
        "Search for a better hiccup: results of 404 patients", "Error and blame after 500 operations",
        "Captcha-induced headache: a case report", "Challenge of the hiccuping marathon runner",
        "Results of the HUM trial", "Log-in behaviour of patients with gout", "Register-based study of hiccups",
        "Sorry: apologies in surgical practice", "Access denied: barriers to care in 403 villages",
    ],
)  # fmt: skip
@pytest.mark.parametrize("build", [made_pages.oxford, made_pages.europe_pmc, made_pages.pubmed])
def test_articles_with_titles_like_walls_are_extracted(build, title):
    item = made_pages.Article(title, "en", "10.5555/made.1", article("structured").sections)
    result = extract(build(item).encode(), "https://example.org/x")
    assert isinstance(result, Extraction)
    assert result.title == title
