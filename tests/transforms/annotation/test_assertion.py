import tomllib
from importlib.resources import files

import pytest

from tests.support.small_vocabularies import vocabulary
from transforms.annotation.annotate import annotate
from transforms.schema.records import DOCUMENTS

FINDINGS = vocabulary({"T:1": ["Anemia"], "T:2": ["Fever"], "T:3": ["Migraine without Aura"], "T:4": ["Sepsis"]})


def assertions(text):
    mentions = annotate(DOCUMENTS.from_rows([{"title": "", "abstract": text}]), FINDINGS)
    return list(zip(mentions["text"].to_pylist(), mentions["assertion"].to_pylist(), strict=True))


def test_without_a_cue_a_mention_is_present():
    assert assertions("The patient had anemia.") == [("anemia", "present")]


@pytest.mark.parametrize(
    "text",
    [
        "There was no evidence of anemia.",
        "NO ANEMIA.",
        "He was well, without anemia.",
        "The absence of severe anemia was noted.",
        "Smears were negative for anemia.",
        "She denied anemia.",
        "Anemia was ruled out.",
        "Anemia had resolved and was absent.",
        "The patient did not have anemia.",
        "Anemia was not observed.",
        "Neither the mother nor the child had anemia.",
    ],
)
def test_negated(text):
    assert assertions(text)[0][1] == "negated"


@pytest.mark.parametrize(
    "text",
    [
        "Possible anemia.",
        "We suspected anemia.",
        "It may be anemia.",
        "Anemia cannot be excluded.",
        "Anemia could not be ruled out.",
        "Changes suggestive of anemia.",
    ],
)
def test_uncertain(text):
    assert assertions(text)[0][1] == "uncertain"


def test_about_somebody_else():
    assert assertions("A family history of anemia.") == [("anemia", "other")]


@pytest.mark.parametrize(
    "text",
    [
        "There was no increase in anemia.",
        "Not only anemia was found.",
        "He walked without difficulty despite anemia.",
        "It is not uncommon that anemia develops.",
        "Patients with or without anemia were enrolled.",
    ],
)
def test_words_that_only_look_like_cues(text):
    assert assertions(text)[0][1] == "present"


def test_a_scope_spans_a_list_up_to_the_end_of_its_sentence():
    assert assertions("No anemia, fever or sepsis. Fever came later.") == [
        ("anemia", "negated"),
        ("fever", "negated"),
        ("sepsis", "negated"),
        ("Fever", "present"),
    ]


@pytest.mark.parametrize("stop", [" but", ", however,", ";", ":", " although"])
def test_a_scope_ends_at_a_stop(stop):
    assert assertions(f"There was no anemia{stop} fever was high.") == [("anemia", "negated"), ("fever", "present")]
    assert assertions(f"There was anemia{stop} fever was absent.") == [("anemia", "present"), ("fever", "negated")]


def test_a_cue_within_a_mention_does_not_count():
    assert assertions("Migraine without aura and fever.") == [
        ("Migraine without aura", "present"),
        ("fever", "present"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anemia was not detected in any case.", ["negated"]),
        ("Anemia has not yet been described.", ["negated"]),
        ("Anemia did not explain fever.", ["present", "negated"]),
        ("Sepsis but not anemia was found.", ["present", "negated"]),
        ("We saw fever, but not anemia, in sepsis.", ["present", "negated", "present"]),
        ("Sepsis (without anemia) and fever.", ["present", "negated", "present"]),
        ("There was no anemia, indicating sepsis.", ["negated", "present"]),
        ("In the absence of anemia, fever is benign.", ["negated", "present"]),
        ("A lack of fever is common in anemia.", ["negated", "present"]),
        ("There was fever and anemia was not found.", ["present", "negated"]),
        ("We did not find fever and anemia was severe.", ["negated", "present"]),
        ("Anemia, unlike fever, was not found.", ["negated", "negated"]),
        ("Effects of NO on anemia.", ["present"]),
        ("This may be the second case of anemia.", ["present"]),
        ("They found that sepsis may not be anemia.", ["present", "negated"]),
    ],
)
def test_scope_of_a_negation(text, expected):
    assert [assertion for _, assertion in assertions(text)] == expected


def test_negation_counts_before_uncertainty():
    assert assertions("No possible anemia.") == [("anemia", "negated")]


def test_titles_are_assessed_too():
    mentions = annotate(DOCUMENTS.from_rows([{"title": "Sepsis without fever", "abstract": "Fever."}]), FINDINGS)
    assert mentions["assertion"].to_pylist() == ["present", "negated", "present"]


def test_every_cue_is_sourced_and_can_be_found():
    groups = tomllib.loads(files("transforms.rules").joinpath("assertion_cues.toml").read_text("utf-8"))["group"]
    for group in groups:
        assert group["source"]
        assert group["says"] in {"negated", "uncertain", "other", "nothing", "stop"}
        assert ("reaches" in group) == (group["says"] in {"negated", "uncertain", "other"})
        assert group.get("reaches", "both") in {"forward", "backward", "both"}
        assert group.get("until", "verb") in {"verb", "phrase", "clause"}
        assert len(set(group["cues"])) == len(group["cues"])
