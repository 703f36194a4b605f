"""Reading the title and abstract of a manuscript, plain text or HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.claims.manuscript import Draft, read_draft
from transforms.web.result import Rejection

ONE, TWO = "We saw a case of gout in a camel.", "To our knowledge it is the second."


@pytest.mark.parametrize(
    "text",
    [
        f"Gout in camels\n\n{ONE} {TWO}\n",
        f"Title: Gout in camels\n\n{ONE}\n{TWO}\n",
        f"Gout in camels\r\n\r\nA. Author\r\n\r\nAbstract\r\n\r\n{ONE} {TWO}\r\n\r\nKeywords: gout\r\n\r\nNo.",
        f"Gout in camels\n\nAbstract\n\n{ONE}\n\n{TWO}\n\nIntroduction\n\nThe first report.",
        f"<html><body><h1>Gout in camels</h1><p>A. Author</p><h2>Abstract</h2><p>{ONE} {TWO}</p>"
        "<h2>Introduction</h2><p>Long.</p></body></html>",
        f"<h1>Gout in camels</h1><script>evil()</script><p>{ONE}</p><p>{TWO}</p>",
    ],
    ids=["plain", "named", "with headings", "paragraphs", "html", "html without headings"],
)
def test_title_and_abstract(text):
    assert read_draft(text.encode()) == Draft("Gout in camels", f"{ONE} {TWO}")


def test_an_abstract_without_a_title():
    assert read_draft(f"{ONE} {TWO}".encode()) == Draft("", f"{ONE} {TWO}")
    assert read_draft(f"Abstract\n\n{ONE}".encode()) == Draft("", ONE)


@pytest.mark.parametrize("payload", [b"", b" \n ", b"%PDF-1.7 x", b"<html></html>"])
def test_a_payload_without_text_is_rejected(payload):
    assert isinstance(read_draft(payload), Rejection)


@given(st.text() | st.binary())
def test_any_payload_gives_a_draft_or_a_rejection(payload):
    draft = read_draft(payload if isinstance(payload, bytes) else payload.encode("utf-8", "replace"))
    assert isinstance(draft, Draft | Rejection)
