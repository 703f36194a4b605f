"""Hostile pages: wrong encodings, deep nesting, null characters, broken markup, scripts. No crash, nothing that is not text."""

import json
import time

import pytest

from tests.support import made_pages
from tests.support.made_pages import article, head, meta, page
from transforms.web.page import Extraction, Rejection, extract

URL = "https://example.org/made"
FRENCH = article("french")
SPANISH = article("spanish")


def abstract_of(payload, mode="abstract"):
    result = extract(payload, URL, mode)
    assert isinstance(result, Extraction), result
    return result.abstract


def declared(charset, item=FRENCH):
    return made_pages.bare_bold(item, "Résumé").replace("<head>", f'<head><meta charset="{charset}">')


class TestEncodings:
    @pytest.mark.parametrize(
        "charset", ["utf-8", "iso-8859-1", "windows-1252", "shift_jis", "no-such-thing", "rot13", "utf-16"]
    )
    def test_valid_utf8_is_decoded_as_utf8_whatever_is_declared(self, charset):
        assert abstract_of(declared(charset).encode()) == FRENCH.plain

    @pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252", "no-such-thing", "rot13"])
    def test_latin1_text_is_decoded_as_latin1_whatever_is_declared(self, charset):
        assert abstract_of(declared(charset).encode("cp1252")) == FRENCH.plain

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
    def test_utf16_and_utf32(self, encoding):
        assert abstract_of(declared("utf-8").encode(encoding)) == FRENCH.plain

    @pytest.mark.parametrize(
        ("charset", "encoding", "name", "heading"),
        [
            ("gb2312", "gb18030", "chinese", "摘要"), ("big5", "big5hkscs", None, None), ("windows-1251", "cp1251", "russian", "Аннотация"),
            ("koi8-r", "koi8-r", "russian", "Аннотация"), ("iso-8859-15", "iso8859-15", "spanish", "Resumen"),
        ],
    )  # fmt: skip
    def test_declared_encodings(self, charset, encoding, name, heading):
        item = article(name or "plain")
        html = made_pages.bare_bold(item, heading or "Abstract").replace("<head>", f'<head><meta charset="{charset}">')
        payload = html.replace("µ", "u").encode(encoding) if name is None else html.encode(encoding)
        assert abstract_of(payload) == item.plain.replace("µ", "u" if name is None else "µ")

    def test_utf8_with_a_few_damaged_characters_is_decoded_as_utf8(self):
        payload = declared("utf-8").encode().replace("é".encode(), b"\xc3", 1)
        assert abstract_of(payload).count("\ufffd") <= 1
        assert "sarcoïdose" in abstract_of(payload)

    def test_nul_characters_are_removed(self):
        payload = b"\0".join(made_pages.oxford(article("plain")).encode().partition(b"Trace metals"))
        assert abstract_of(payload) == article("plain").plain

    @pytest.mark.parametrize("character", ["\x01", "\x0b", "\x1b", "\x7f", "\x85", "\ufffe", "\uffff"])
    def test_control_characters_are_removed(self, character):
        html = made_pages.bare_bold(article("short_case")).replace("A 61-year-old", f"A{character} 61-year-old")
        assert abstract_of(html.encode()) == article("short_case").plain


class TestDepth:
    def test_a_hundred_thousand_nested_elements(self):
        html = "<html><body>" + "<div>" * 100_000 + "<p>The end of it.</p>" + "</div>" * 100_000
        begun = time.monotonic()
        assert extract(html.encode(), URL).reason == "too_deep"
        assert isinstance(extract(html.encode(), URL, "article"), Rejection)
        assert time.monotonic() - begun < 20

    def test_an_abstract_before_deep_nesting_is_found(self):
        html = made_pages.oxford(article("plain")).replace("</body>", "<div>" * 100_000 + "x" + "</div>" * 100_000)
        assert abstract_of(html.encode()) == article("plain").plain

    def test_an_abstract_nested_hundreds_of_levels_deep_is_found(self):
        html = made_pages.oxford(article("plain")).replace(
            "<section class='abstract'>", "<section class='abstract'>" + "<div>" * 900
        )
        assert abstract_of(html.encode()) == article("plain").plain

    @pytest.mark.parametrize("script", ["[" * 100_000, '{"a":' * 100_000, '{"@graph":' * 500 + "1" + "}" * 500])
    def test_deeply_nested_json_ld(self, script):
        html = made_pages.oxford(article("plain")).replace(
            "<head>", f'<head><script type="application/ld+json">{script}</script>'
        )
        assert abstract_of(html.encode()) == article("plain").plain


SCRIPTS = [
    "<script>alert('PAYLOAD')</script>", "<script>document.write('<p>PAYLOAD</p>')</script>", "<style>.PAYLOAD{color:red}</style>",
    "<noscript>PAYLOAD</noscript>", "<template><p>PAYLOAD</p></template>", "<svg><script>PAYLOAD</script></svg>",
    "<iframe srcdoc='PAYLOAD'>PAYLOAD</iframe>", "<object data='x'>PAYLOAD</object>", "<!-- PAYLOAD -->", "<textarea>PAYLOAD</textarea>",
    "<script type='text/x'><!--PAYLOAD</script>", "<img src=x onerror=\"PAYLOAD\">", "<span hidden>PAYLOAD</span>",
    "<span style='display: none'>PAYLOAD</span>", "<button>PAYLOAD</button>", "<?php PAYLOAD ?>", "<math><annotation>PAYLOAD</annotation></math>",
    "<SCRIPT>PAYLOAD</SCRIPT >", "&lt;script&gt;PAYLOAD&lt;/script&gt;", "&amp;lt;script&amp;gt;PAYLOAD&amp;lt;/script&amp;gt;",
]  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("build", [made_pages.oxford, made_pages.pubmed, made_pages.reader])
def test_scripts_in_the_body_are_not_extracted(build, script):
    item = article("plain")
    html = build(item).replace("Reference ranges for shift", f"{script} Reference ranges for shift")
    assert "PAYLOAD" in html
    assert abstract_of(html.encode()) == item.plain


@pytest.mark.parametrize(
    "script", ["<script>PAYLOAD</script>", "<style>PAYLOAD</style>", "<img src=x onerror='PAYLOAD'>"]
)
def test_scripts_in_the_head_are_not_extracted(script):
    stated = (
        "We put a script into the abstract of the head. "
        + script
        + " It was left out, and the text around it was kept whole."
    )
    node = {"@type": "ScholarlyArticle", "name": f"A made title{script}", "abstract": stated}
    for extra in (
        meta("citation_abstract", stated),
        f'<script type="application/ld+json">{json.dumps(node)}</script>'.replace("</s", "<\\/s", 1),
    ):
        result = extract(page(head(article("none"), extra), "<p></p>").encode(), URL)
        assert isinstance(result, Extraction)
        assert "PAYLOAD" not in (result.abstract or "") + (result.title or "")


BROKEN = {
    "no end tags": lambda html: html.replace("</p>", "").replace("</li>", "").replace("</a>", ""),
    "no head or body": lambda html: html.replace("<head>", "").replace("</head>", "").replace("<body>", ""),
    "cut in a tag": lambda html: html[: html.rindex("<footer") + 5],
    "unquoted": lambda html: html.replace("class='abstract'", "class=abstract"),
    "upper case": lambda html: html.replace("<p", "<P").replace("</p>", "</P>").replace("<section", "<SECTION"),
    "stray signs": lambda html: html.replace("<section", "< <<section").replace("</p>", "</p></p></div>"),
    "an XML declaration": lambda html: '<?xml version="1.0" encoding="utf-16"?>' + html,
    "twice": lambda html: html + html,
    "windows line ends": lambda html: html.replace(">", ">\r\n"),
}


@pytest.mark.parametrize("damage", BROKEN)
def test_broken_markup(damage):
    html = BROKEN[damage](made_pages.oxford(article("short_case")))
    assert abstract_of(html.encode()) == article("short_case").plain


SLOW = {
    "newlines": "\n" * 3_000_000 + "x",
    "spaces": "<p>" + " " * 3_000_000 + "x",
    "paragraphs": "<p>Read the full text of it.</p>" * 8_000,
    "prose": "<p>This is a sentence of the site with more than eight words.</p>" * 6_000,
    "plain lines": "Some short line.\n\n" * 20_000,
    "headings": "<html><body>" + "<h2>Abstract</h2><p>x</p>" * 8_000,
    "containers": "<html><body>" + "<div class=abstract>" * 900 + "text " * 200_000,
    "end tags": "<html><p>PMID" + "</b> " * 200_000,
    "references": "<html><p>" + "&amp;" + "amp;" * 500_000,
    "ellipses": "<meta name=citation_abstract content='" + ". . . " * 200_000 + "'><p>",
    "scripts": "<html><body><div class=abstract><p>" + "&lt;script " * 100_000,
    "json": '<script type="application/ld+json">[' + "[]," * 400_000 + "1]</script><p>",
    "metas": "<html>"
    + "<meta name=citation_abstract content='A text of some length that is repeated, over and over again.'>" * 10_000,
}


@pytest.mark.parametrize("name", SLOW)
def test_time_is_linear_in_the_size_of_the_page(name):
    begun = time.process_time()
    assert isinstance(extract(SLOW[name].encode(), URL), Extraction | Rejection)
    assert time.process_time() - begun < 5
