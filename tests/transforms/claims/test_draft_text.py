"""Drafts copied from a PDF or written in Markdown or LaTeX read like plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.claims.draft_text import join_parted_words, plain_draft, without_markup
from transforms.claims.manuscript import read_draft

KNOWN = frozenset(("thymomas", "disease", "related", "follow", "up", "female", "cell", "cells", "gout"))
CLAIM = "To our knowledge, this is the first report of gout in a camel."


@pytest.mark.parametrize(
    ("parted", "whole"),
    [
        ("thy-\nmoma", "thymoma"),
        ("cryoglobulin-\nemia", "cryoglobulinemia"),
        ("re-\nported", "reported"),
        ("thy-  \n   moma", "thymoma"),
        ("thy\u00ad\nmoma", "thymoma"),
        ("thy\u2010\nmoma", "thymoma"),
        ("cryo-\nglobulin-\nemia", "cryoglobulinemia"),
        ("fe-\nmale", "female"),
        ("disease-\nrelated", "disease-related"),
        ("follow-up and follow-\nup", "follow-up and follow-up"),
        ("non-\nHodgkin", "non-Hodgkin"),
        ("COVID-\n19", "COVID-19"),
        ("T-cell-\nassociated", "T-cell-associated"),
        ("T-\ncell", "T-cell"),
        ("5-\nfluorouracil", "5-fluorouracil"),
        ("B-\nand T-cells", "B- and T-cells"),
        ("thymoma -\ngout", "thymoma -\ngout"),
        ("thymoma-\n\ngout", "thymoma-\n\ngout"),
    ],
)
def test_words_parted_at_line_ends(parted, whole):
    assert join_parted_words(f"A {parted} was seen.", KNOWN) == f"A {whole} was seen."


@pytest.mark.parametrize(
    "written",
    [
        "the *first* report", "the **first** report", "the ***first*** report", "the _first_ report",
        "the __first__ report", "the **_first_ report**", "*the first\nreport*", "the <i>first</i> report",
        "the <em>first</em> report", "the `first` report", "the [first](https://example.org/a_(b)) report",
        "the first[^1] report", "the first report [@doe2019; @roe2020]", "the \\emph{first} report",
        "the \\textbf{\\textit{first}} report", "the ﬁrst report", "the first report~\\cite{doe}",
        "> the first report", "the \\*first\\* report",
    ],
)  # fmt: skip
def test_emphasis_is_removed(written):
    shown = " ".join(plain_draft(f"{written}").split())
    assert shown.replace("*", "") == "the first report"


@pytest.mark.parametrize(
    "text", ["J. Doe*, R. Roe*", "a * b * c", "gene_name_one and x_1", "* one\n* two", "5 < 6 and 7 > 2", "$5 and 6%"]
)
def test_other_signs_stay(text):
    assert without_markup(text) == text


def test_headings_become_paragraphs():
    draft = read_draft(f"---\ntitle: Gout\n---\n\n## Abstract\n{CLAIM}\n## Introduction\nMore.".encode())
    assert (draft.title, draft.abstract) == ("Gout", CLAIM)
    draft = read_draft(f"Gout in camels\n==============\n\nAbstract\n--------\n\n{CLAIM}".encode())
    assert (draft.title, draft.abstract) == ("Gout in camels", CLAIM)


@pytest.mark.parametrize(
    "sign", ["*", "_", "`", "~", "[", "a-\n", "a-", "\\emph{", "#\n", "> ", "---\n", "![", "*a ", "a\n\n*"]
)
def test_time_is_linear(sign):
    plain_draft(sign * 100_000)  # a quadratic pattern would take minutes


@given(st.text(alphabet="ab -\n*_[]()`#>\\{}~^@", max_size=80))
def test_any_text_keeps_its_letters(text):
    assert isinstance(plain_draft(text), str)
