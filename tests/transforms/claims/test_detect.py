"""Claims in invented sentences, and sentences that must not be read as claims."""

from itertools import islice

import pyarrow as pa
import pytest

from transforms.claims.candidates import candidate_sentences, matches_pattern, matching_all, sentence_spans, to_ascii
from transforms.claims.detect import find_claims
from transforms.claims.rules import claim_rules
from transforms.pubmed import parse as pubmed_xml
from transforms.schema.claims import FOUND_CLAIMS
from transforms.schema.records import DOCUMENTS
from transforms.text.slices import text_slices

TITLE = "Amyloidosis of the spleen with thyroid cysts"


def claims(abstract, title=TITLE, **columns):
    row = {"document_id": "d", "title": title, "abstract": abstract, **columns}
    return find_claims(DOCUMENTS.from_rows([row])).to_pylist()


def kinds_and_numbers(abstract, title=TITLE):
    """(kind, number) of each claim."""
    return [(c["kind"], c["prior_count"] if c["ordinal"] is None else c["ordinal"]) for c in claims(abstract, title)]


def claimed_words(abstract, title=TITLE):
    """The words that name what is claimed, of the primary claim."""
    first = claims(abstract, title)[0]
    return f"{title} {abstract}"[first["scope_start"] : first["scope_end"]]


@pytest.mark.parametrize(
    ("sentence", "kind", "number"),
    [
        ("This is, to our knowledge, the first reported case of gout in a splenic cyst.", "first_report", 1),
        ("We describe the first patient with gout of the spleen.", "first_report", 1),
        ("Splenic gout has never been described.", "first_report", 1),
        ("Splenic gout with cysts has not been reported previously.", "first_report", 1),
        ("There are no reports of gout in the spleen.", "first_report", 1),
        ("No similar case was found in the literature.", "first_report", 1),
        ("A hitherto undescribed form of splenic gout is presented.", "first_report", 1),
        ("Sequencing identified a novel frameshift mutation in the GOUT1 gene.", "first_report", 1),
        ("We show for the first time that cysts of the spleen contain urate.", "first_report", 1),
        ("This study is the first to describe urate in splenic cysts.", "first_report", 1),
        ("This represents the fourth case of splenic gout in the literature.", "nth_report", 4),
        ("We report what we believe to be the twenty-third case of splenic gout.", "nth_report", 23),
        ("A third case of splenic gout is reported in a farmer.", "nth_report", 3),
        ("This is the only reported case of gout in a splenic cyst.", "only_report", None),
        ("We report the only case of gout in a splenic cyst.", "only_report", None),
        ("Only 22 cases of splenic gout have been reported.", "prior_count", 22),
        ("Splenic gout has been described in a single case report.", "prior_count", 1),
        ("Fewer than thirty cases of splenic gout have been published.", "prior_count", 30),
        ("A review of the literature revealed 1,021 cases of splenic gout.", "prior_count", 1021),
        ("Two of the 19 previously reported cases had cysts.", "prior_count", 19),
        ("The only other case hitherto described had cysts.", "prior_count", 1),
        ("Few cases of splenic gout have been reported.", "rare_qualitative", None),
        ("Splenic gout has rarely been reported.", "rare_qualitative", None),
        ("We present a rare case of splenic gout.", "rare_qualitative", None),
        ("Amyloidosis of the spleen is an uncommon disorder.", "rare_qualitative", None),
    ],
)
def test_wordings(sentence, kind, number):
    assert kinds_and_numbers(sentence)[0] == (kind, number)


@pytest.mark.parametrize(
    "sentence",
    [
        "Prednisone is the first-line treatment of gout.",
        "The first author examined both cases.",
        "The first case was a 69-year-old woman with gout.",
        "The second patient with gout had a splenic cyst.",
        "Rare earth elements were measured on the first day.",
        "Gout was first described by Garrod in 1859.",
        "She was admitted for the first time with abdominal pain.",
        "Two cases of splenic gout are reported.",
        "No adverse events were reported.",
        "Deaths were not reported.",
        "Few studies have evaluated the drug, and no data are available.",
        "The novel coronavirus disease is discussed.",
        "Gout was recorded in 39 patients with cysts.",
        "Report of 18 patients and review of the literature.",
        "This is the fifth most common cancer worldwide.",
        "Gout is not rare in this group.",
        "One-third of 40 cases had cysts.",
        "COVID-19 patients were reported to the registry.",
        "The committee published its twenty-eighth report.",
    ],
)
def test_sentences_without_a_claim(sentence):
    assert kinds_and_numbers(sentence) == []


def test_rarity_of_the_background_is_not_a_claim():
    sentence = "Fanconi anemia is a rare genetic disease."
    assert kinds_and_numbers(sentence, "Repair of cross-links by a ligase") == []
    assert kinds_and_numbers(sentence, "Fanconi anemia in two brothers") == [("rare_qualitative", None)]
    assert kinds_and_numbers(sentence, "") == [("rare_qualitative", None)]


def test_rarity_in_the_results_is_not_a_claim():
    abstract = "Amyloidosis of the spleen is rare in this group."
    where = [{"label": "RESULTS", "start": len(TITLE) + 1, "end": len(TITLE) + 1 + len(abstract)}]
    assert claims(abstract, sections=where) == []
    assert len(claims(abstract, sections=[{**where[0], "label": "BACKGROUND"}])) == 1
    assert len(claims(abstract, sections=[{"label": "RESULTS", "start": None, "end": None}])) == 1


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        (
            "Splenic gout is rare, and only 22 cases have been reported.",
            [("prior_count", 22), ("rare_qualitative", None)],
        ),
        (
            "Less than 30 cases of splenic gout have been reported but only three with cysts.",
            [("prior_count", 3), ("prior_count", 30)],
        ),
        (
            "So far 2 cases of splenic gout have been reported; however, there are no reports of gout in its cysts.",
            [("first_report", 1), ("prior_count", 2)],
        ),
        (
            "Although gout has been described in about 100 cases, it has been reported in only one family so far.",
            [("prior_count", 1), ("prior_count", 100)],
        ),
        (
            "This is the second report of splenic gout and the first case in a child.",
            [("nth_report", 2), ("first_report", 1)],
        ),
    ],
)
def test_the_papers_own_claim_comes_first(sentence, wanted):
    assert kinds_and_numbers(sentence, "Splenic gout") == wanted


@pytest.mark.parametrize(
    ("sentence", "bound"),
    [
        ("Only 22 cases of gout have been reported.", "exact"),
        ("Fewer than 22 cases of gout have been reported.", "at_most"),
        ("More than 22 cases of gout have been reported.", "at_least"),
        ("About 22 cases of gout have been reported.", "about"),
    ],
)
def test_bounds(sentence, bound):
    (claim,) = claims(sentence)
    assert (claim["prior_count"], claim["bound"]) == (22, bound)


@pytest.mark.parametrize(
    ("sentence", "hedged"),
    [
        ("To the best of our knowledge, this is the first case of splenic gout.", True),
        ("This may be the second case of splenic gout.", True),
        ("This is the second case of splenic gout.", False),
    ],
)
def test_hedges(sentence, hedged):
    assert claims(sentence)[0]["hedged"] is hedged


@pytest.mark.parametrize(
    ("sentence", "scope"),
    [
        ("This is the first case of splenic gout in Iran.", "country/region"),
        ("This is the first case of splenic gout in the French literature.", "country/region"),
        ("This is the first case of splenic gout in a child.", "age/sex subgroup"),
        ("This is the first case of splenic gout in a dog.", "species/other"),
        ("This is the third case of splenic gout in the literature.", "world"),
        ("This is the third case of splenic gout.", "unspecified"),
    ],
)
def test_scopes(sentence, scope):
    assert claims(sentence)[0]["scope"] == scope


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("This is the fourth reported case of gout of the spleen in the world literature.", "gout of the spleen"),
        ("Gout of the spleen has never been reported before.", "Gout of the spleen"),
        ("However, gout of the spleen is rare, and only 22 cases have been reported.", "gout of the spleen"),
        ("This is the first case reported in Chile of gout of the spleen.", "gout of the spleen"),
        ("This association has not been reported previously.", "This association"),
    ],
)
def test_the_words_that_name_what_is_claimed(sentence, named):
    assert named in claimed_words(sentence)
    assert len(claimed_words(sentence)) < len(named) + 12


def test_a_title_with_a_claim_and_several_sentences():
    title = "Gout of the spleen. Report of the first case in a child"
    (claim,) = claims(None, title=title)
    assert title[claim["start"] : claim["end"]] == "Report of the first case in a child"
    assert claim["kind"] == "first_report"


def test_offsets_are_code_points_of_title_and_abstract():
    abstract = "𝛼-Chain: Größe. We report the first case of Sjögren’s α-gout. It healed."
    (claim,) = claims(abstract, title="Gicht 𝛽")
    text = f"Gicht 𝛽 {abstract}"
    assert text[claim["start"] : claim["end"]] == "We report the first case of Sjögren’s α-gout."
    assert text[claim["scope_start"] : claim["scope_end"]] == "Sjögren’s α-gout"


@pytest.mark.parametrize(
    ("sentence", "ordered"),
    [
        ("This is the first case of gout after a bee sting.", True),
        ("This is the second reported case of gout following measles.", True),
        ("This is the first case of measles preceding gout.", True),
        ("This is the first case of gout and measles.", False),
        ("After a bee sting she fell ill: this is the first case of gout and measles.", False),
        ("This is the first case of gout in an aftermath.", False),
    ],
)
def test_order_of_events(sentence, ordered):
    assert claims(sentence)[0]["ordered"] is ordered


def test_labels_line_feeds_and_absent_columns():
    table = pa.table({"title": ["T", None], "abstract": ["CONCLUSION: This is the first\ncase of gout.", None]})
    (claim,) = find_claims(table).to_pylist()
    assert (claim["document_id"], claim["kind"], claim["start"]) == (None, "first_report", 2)
    assert find_claims(pa.table({"title": ["Gout"]})).schema == FOUND_CLAIMS.arrow
    assert len(find_claims(DOCUMENTS.empty())) == 0


def test_documents_keep_their_order_and_do_not_mix():
    rows = [
        {"document_id": str(n), "title": "T", "abstract": f"Only {n} cases have been reported."} for n in range(2, 9)
    ]
    found = find_claims(DOCUMENTS.from_rows(rows)).to_pylist()
    assert [(c["document_id"], c["prior_count"]) for c in found] == [(str(n), n) for n in range(2, 9)]


def test_a_quotation_mark_does_not_join_sentences():
    text = 'So-called "gout was found. This is the first case of it. It healed" again.'
    assert [text[begin:end] for begin, end in sentence_spans(text)] == [
        'So-called "gout was found.',
        "This is the first case of it.",
        'It healed" again.',
    ]
    assert list(sentence_spans("Caused by E. coli vs. S. aureus.")) == [(0, 32)]


def test_to_ascii_keeps_the_length():
    given = "Ünï’s 𝛼–β\u00a0x\n"
    assert to_ascii(given).isascii()
    assert len(to_ascii(given)) == len(given)
    assert to_ascii("gout") == "gout"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("Twenty-one", 21),
        ("21st", 21),
        ("1,021", 1021),
        ("a single", 1),
        ("two hundred and five", 205),
        ("a dozen", 12),
    ],
)
def test_numbers(written, number):
    assert claim_rules().number(written) == number


def test_every_kind_of_claim_has_rules():
    assert all(rule.pattern for group in claim_rules().groups for rule in group.rules)
    assert len({group.kind for group in claim_rules().groups}) == 5


@pytest.mark.data
def test_needs_match_wherever_the_pattern_does(data_dir):
    with (data_dir / "pubmed" / "bulk" / "pubmed21n1298.xml.gz").open("rb") as stream:
        parsed = list(islice(pubmed_xml.parse(stream, "pubmed21n1298.xml.gz"), 3))
    words = pa.concat_tables([candidate_sentences(text_slices(part.documents)) for part in parsed])[
        "words"
    ].combine_chunks()
    rules_with_needs = [rule for group in claim_rules().groups for rule in group.rules if rule.needs]
    assert len(rules_with_needs) > 3
    for rule in rules_with_needs:
        matching = words.filter(pa.array(matches_pattern(words, rule.pattern)))
        assert len(matching_all(matching, rule.needs)) == len(matching), rule.pattern


@pytest.mark.data
def test_the_seed_page(data_dir):
    abstract = (data_dir / "seed" / "expected-abstract.txt").read_text("utf-8").strip()
    found = claims(abstract, title="")
    assert {(c["ordinal"], c["prior_count"]) for c in found} >= {(2, None), (None, 1)}


@pytest.mark.parametrize(
    "sentence",
    [
        "Ultrasound should be among the first procedures applied in cases of renal failure.",
        "The patients revealed the return of rash and, for the first time, the onset of wheezing.",
        "Records of 84 patients were read and revealed no cases of primary resistance.",
        "We estimate that the symbiosis appeared for the first time in the Eocene.",
    ],
)
def test_first_events_in_an_illness_or_in_history_are_not_claims(sentence):
    assert not len(find_claims(pa.table({"title": ["A study of it all."], "abstract": [sentence]})))


def test_what_is_claimed_does_not_begin_with_the_reservation():
    sentence = "This study provides the first evidence, to the best of our knowledge, of gout in camels."
    [claim] = find_claims(pa.table({"title": [""], "abstract": [sentence]})).to_pylist()
    assert f" {sentence}"[claim["scope_start"] : claim["scope_end"]] == "gout in camels"
