"""Labels, truncation marks and copyright notices are found as spans; the text itself is unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text.section_marks import find_marks, is_label, strip_marks


def marked(text, kind):
    return [text[mark.start : mark.end] for mark in find_marks(text) if mark.kind == kind]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("BACKGROUND: Hiccups are rare. METHODS: We hummed.", ["BACKGROUND:", "METHODS:"]),
        ("Background: Hiccups. Materials and Methods: Soup. Results: 3 of 4: fewer.", ["Background:", "Materials and Methods:", "Results:"]),
        ("OBJECTIVES/HYPOTHESIS: Soup. STUDY DESIGN: Trial. LEVEL OF EVIDENCE: 2b.", ["OBJECTIVES/HYPOTHESIS:", "STUDY DESIGN:", "LEVEL OF EVIDENCE:"]),
        ("Design, Setting, and Participants: Adults. Main Outcomes and Measures: Peace.", ["Design, Setting, and Participants:", "Main Outcomes and Measures:"]),
        ("Zielsetzung: Prüfung. Schlussfolgerungen: Suppe.", ["Zielsetzung:", "Schlussfolgerungen:"]),
        ("Objetivo: Describir. Métodos: Revisión.", ["Objetivo:", "Métodos:"]),
        ("Results : none. (P < .05) CONCLUSION: Soup.", ["Results :", "CONCLUSION:"]),
        ("We saw two things: soup and salt. The ratio was 3:1. HIV: a virus.", []),
        ("Three methods were used: soup, salt, humming. Of note: all failed.", []),
        ("The background:foreground ratio was high.", []),
        ("", []),
    ],
)  # fmt: skip
def test_labels(text, labels):
    assert marked(text, "label") == labels


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("We hummed.(ABSTRACT TRUNCATED AT 250 WORDS)", "(ABSTRACT TRUNCATED AT 250 WORDS)"),
        ("We hummed. (ABSTRACT TRUNCATED AT 400 WORDS)", "(ABSTRACT TRUNCATED AT 400 WORDS)"),
        ("We hummed and (ABSTRACT TRUNCATED)", "(ABSTRACT TRUNCATED)"),
        ("We hummed and ...", "..."),
        ("We hummed and…", "…"),
        ("We hummed [...]", "[...]"),
        ("We hummed [truncated]", "[truncated]"),
    ],
)
def test_truncation(text, mark):
    assert marked(text, "truncation") == [mark]


@pytest.mark.parametrize(
    "text", ["We hummed.", "We hummed ... and left.", "The abstract was truncated at 250 words by us."]
)
def test_no_truncation(text):
    assert marked(text, "truncation") == []


@pytest.mark.parametrize(
    "tail",
    [
        "© 2019 Elsevier B.V. All rights reserved.", "Copyright © 2019 Made Press.", "Copyright 2003 Made Inc.", "(c) 2001 Made Press.",
        "Copyright (c) 2001 Made Press.", "© The Author(s) 2019.", "Published by Elsevier Ltd.", "All rights reserved.",
        "Crown Copyright © 2011. Published by Made Ltd. All rights reserved.", "J. Made 111: 1497-1507, 2010. © 2010 Made, Inc.",
        "This article is protected by copyright. All rights reserved.", "(PsycINFO Database Record (c) 2016 APA, all rights reserved)",
        "This is an open access article under the CC BY license.",
    ],
)  # fmt: skip
def test_copyright_tails(tail):
    text = f"We hummed to 12 patients. {tail}"
    assert marked(text, "copyright") == [tail.removeprefix("J. Made 111: 1497-1507, 2010. ")]
    assert strip_marks(text, find_marks(text)).startswith("We hummed to 12 patients.")


@pytest.mark.parametrize(
    "text",
    [
        "We discuss copyright in medicine. It is held by authors.", "Copyright law and soup: we hummed.", "We hummed. Soup was published by cooks.",
        "(c) was compared with (a) and (b). It was better.",
    ],
)  # fmt: skip
def test_no_copyright_tails(text):
    assert marked(text, "copyright") == []


def test_label_truncation_and_copyright_in_one_abstract():
    text = "AIM: To hum. RESULTS: Some soup (ABSTRACT TRUNCATED AT 250 WORDS) © 1999 Made Press."
    assert [(mark.kind, text[mark.start : mark.end]) for mark in find_marks(text)] == [
        ("label", "AIM:"), ("label", "RESULTS:"), ("truncation", "(ABSTRACT TRUNCATED AT 250 WORDS)"), ("copyright", "© 1999 Made Press."),
    ]  # fmt: skip
    assert strip_marks(text, find_marks(text)) == "To hum. Some soup"


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("Background", True),
        ("PATIENTS AND METHODS", True),
        ("What is known", False),
        ("Case 2", True),
        ("Of 91,618 patients", False),
        ("main results", False),
        ("The aim of this study is", False),
        ("Soup", False),
        ("of the", False),
        ("", False),
    ],
)
def test_is_label(phrase, expected):
    assert is_label(phrase) == expected


@given(st.text(alphabet=st.sampled_from("aB .:(©)…[]2RESULTS\n"), max_size=120))
def test_marks_lie_in_the_text_in_order_and_do_not_overlap(text):
    end = 0
    for mark in find_marks(text):
        assert end <= mark.start < mark.end <= len(text)
        end = mark.end
