"""The embedded literature contains what it declares, read from its XML by code independent of the project."""

import gzip
import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import combinations

import pytest

from flows.demo_literature.literature import (
    expected_totals,
    literature,
    mesh,
    planted_claims,
    planted_combinations,
    planted_traps,
)
from flows.demo_literature.plantings import BASES, Planting
from flows.demo_literature.records import NOTICE

RECORD = re.compile(r"<(PubmedArticle|PubmedBookArticle)>.*?</\1>", re.DOTALL)
NOTICES = {"Retraction of Publication", "Published Erratum"}
DENIAL = re.compile(r"\b(no|not|without|ruled out)\b")
CHECK_TAGS = {"D006801", "D005260", "D008297", "D000328", "D008875", "D000368"}
PLANTED_RARE = [p for p in planted_combinations() if len(p.concepts) == 2 and 1 <= p.exact_articles <= 4]


@dataclass(frozen=True)
class ReadRecord:
    """One record as this test reads it."""

    pmid: int
    title: str
    abstract: str
    headings: frozenset[str]
    types: frozenset[str]
    entered: date
    xml: str

    @property
    def is_counted(self) -> bool:
        return not self.types & (NOTICES | {"Retracted Publication"})

    @property
    def sentences(self) -> list[str]:
        return [self.title, *re.split(r"(?<=[.?!]) (?=[A-Z])", self.abstract)]


@cache
def vocabulary() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Descriptor -> names, descriptor -> tree numbers."""
    root = ET.fromstring(mesh())
    names = {r.findtext("DescriptorUI"): [t.findtext("String") for t in r.iter("Term")] for r in root}
    return names, {r.findtext("DescriptorUI"): [t.text for t in r.iter("TreeNumber")] for r in root}


@cache
def is_ancestor(upper: str, lower: str) -> bool:
    trees = vocabulary()[1]
    return any(b.startswith(a + ".") for a in trees[upper] for b in trees[lower])


@cache
def name_pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    owner = {name.lower(): ui for ui, names in vocabulary()[0].items() for name in names}
    longest_first = sorted(owner, key=len, reverse=True)
    return re.compile(r"(?<!\w)(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)", re.IGNORECASE), owner


@cache
def named_concepts(sentence: str) -> frozenset[str]:
    pattern, owner = name_pattern()
    return frozenset(owner[match.lower()] for match in pattern.findall(sentence))


def day_of(element: ET.Element) -> date:
    return date(*(int(element.findtext(part)) for part in ("Year", "Month", "Day")))


def read(xml: str) -> ReadRecord:
    root = ET.fromstring(xml)
    abstract = root.find(".//Abstract")
    return ReadRecord(
        pmid=int(root.findtext(".//PMID")),
        title="".join(root.find(".//ArticleTitle").itertext()),
        abstract=" ".join("".join(t.itertext()) for t in abstract.iter("AbstractText")) if abstract is not None else "",
        headings=frozenset(h.get("UI") for h in root.iter("DescriptorName")),
        types=frozenset(t.text for t in root.iter("PublicationType")),
        entered=day_of(root.find(".//PubMedPubDate[@PubStatus='entrez']")),
        xml=xml,
    )


@cache
def file_text(number: int) -> str:
    return gzip.decompress(literature().files[number - 1][1]).decode()


@cache
def file_records(number: int) -> tuple[list[ReadRecord], list[str]]:
    """The well-formed records of a file, and the others."""
    good, bad = [], []
    for match in RECORD.finditer(file_text(number)):
        try:
            good.append(read(match[0]))
        except ET.ParseError:
            bad.append(match[0])
    return good, bad


def file_deletions(number: int) -> list[int]:
    listed = re.search(r"<DeleteCitation>.*?</DeleteCitation>", file_text(number), re.DOTALL)
    return [int(pmid) for pmid in re.findall(r">(\d+)</PMID>", listed[0])] if listed else []


@cache
def after(files: int = 3) -> dict[int, ReadRecord]:
    """PMID -> its current record after so many files."""
    current: dict[int, ReadRecord] = {}
    for number in range(1, files + 1):
        current |= {record.pmid: record for record in file_records(number)[0]}
        for pmid in file_deletions(number):
            current.pop(pmid, None)
    return current


@cache
def concepts_of(record: ReadRecord, basis: str) -> frozenset[str]:
    text = frozenset().union(*(named_concepts(s) for s in record.sentences if not DENIAL.search(s)))
    return {"index": record.headings, "text": text, "any": record.headings | text}[basis]


def matching(planting: Planting, files: int = 3, *, is_counted: bool = True, exact: bool = False) -> set[int]:
    """PMIDs in which every group of the combination matches."""
    found = set()
    for record in after(files).values():
        present = concepts_of(record, planting.basis)
        groups = [[curie.removeprefix("MESH:") for curie in group] for group in planting.groups]
        hits = (any(c == p or (not exact and is_ancestor(c, p)) for c in group for p in present) for group in groups)
        if record.is_counted == is_counted and all(hits):
            found.add(record.pmid)
    return found


def ids(planting: Planting) -> str:
    return f"{planting.name} ({planting.basis})"


@pytest.mark.parametrize("planting", planted_combinations(), ids=ids)
def test_planted_combinations_are_in_as_many_articles_as_declared(planting: Planting) -> None:
    found = matching(planting)
    assert len(found) == planting.articles
    assert len(matching(planting, exact=True)) == planting.exact_articles
    assert len(matching(planting, is_counted=False)) == planting.retracted_articles
    assert found <= set(planting.pmids) or not planting.pmids
    assert found == set(planting.pmids) or planting.basis != "any" or not planting.pmids


@pytest.mark.parametrize("planting", [p for p in planted_combinations() if p.after_files], ids=ids)
def test_counts_after_each_file(planting: Planting) -> None:
    assert planting.after_files == tuple(len(matching(planting, files)) for files in (1, 2, 3))


@pytest.mark.parametrize("planting", [p for p in planted_combinations() if p.history], ids=ids)
def test_counts_as_of_past_days(planting: Planting) -> None:
    entered = [after()[pmid].entered for pmid in matching(planting)]
    assert planting.history == tuple((day, sum(e <= day for e in entered)) for day, _ in planting.history)


@pytest.mark.parametrize("planting", [p for p in planted_combinations() if p.sentence_articles is not None], ids=ids)
def test_articles_that_have_all_in_one_sentence(planting: Planting) -> None:
    wanted = {group.removeprefix("MESH:") for group in planting.concepts}
    in_one = [p for p in matching(planting) if any(wanted <= named_concepts(s) for s in after()[p].sentences)]
    assert len(in_one) == planting.sentence_articles


@pytest.mark.parametrize("basis", BASES)
def test_rare_pairs_are_exactly_the_planted_ones(basis: str) -> None:
    concepts = {r.pmid: concepts_of(r, basis) - CHECK_TAGS for r in after().values() if r.is_counted}
    alone = Counter(c for present in concepts.values() for c in present)
    pairs = Counter(pair for present in concepts.values() for pair in combinations(sorted(present), 2))
    rare = {
        (a, b): n
        for (a, b), n in pairs.items()
        if n <= 4 and min(alone[a], alone[b]) >= 20 and not (is_ancestor(a, b) or is_ancestor(b, a))
    }
    planted = {
        tuple(sorted(c.removeprefix("MESH:") for c in p.concepts)): p.exact_articles
        for p in PLANTED_RARE
        if p.basis == basis
    }
    assert rare == planted


@pytest.mark.parametrize("planting", [p for p in PLANTED_RARE if p.basis == "index"], ids=ids)
def test_each_concept_of_a_rare_pair_is_frequent_alone(planting: Planting) -> None:
    for basis in BASES:
        for curie in planting.concepts:
            assert len(matching(replace(planting, concepts=(curie,), basis=basis), exact=True)) >= 20, (curie, basis)


def test_background_texts_name_their_headings_and_nothing_else() -> None:
    for record in after().values():
        if record.pmid >= 90001001:
            assert concepts_of(record, "text") - CHECK_TAGS == record.headings - CHECK_TAGS, record.pmid
            assert 2 <= len(record.headings - CHECK_TAGS) <= 6
            assert not any(DENIAL.search(sentence) for sentence in record.sentences)


def test_totals() -> None:
    good = [record for number in (1, 2, 3) for record in file_records(number)[0]]
    bad = [xml for number in (1, 2, 3) for xml in file_records(number)[1]]
    current: dict[int, ReadRecord] = {}
    unchanged = 0
    for record in good:
        unchanged += record.pmid in current and current[record.pmid].xml == record.xml
        current[record.pmid] = record
    listed = {pmid for number in (1, 2, 3) for pmid in file_deletions(number)}
    live = after().values()
    counted = [record for record in live if record.is_counted]
    found = {
        "records": len(good) + len(bad), "rejected": len(bad), "versions": len(good), "pmids": len(current),
        "unchanged": unchanged, "superseded": len(good) - len(current) - unchanged, "deletions": len(listed),
        "deleted": len(listed & current.keys()), "live": len(live),
        "retracted": sum("Retracted Publication" in r.types for r in live),
        "notices": sum(bool(NOTICES & r.types) for r in live), "counted": len(counted),
        "with_headings": sum(bool(r.headings) for r in counted),
    }  # fmt: skip
    assert found == vars(expected_totals())
    assert expected_totals().pmids >= 360
    assert expected_totals().rejected == 1


def test_only_the_malformed_record_keeps_a_file_from_being_well_formed() -> None:
    for number in (1, 2, 3):
        text = file_text(number)
        for bad in file_records(number)[1]:
            with pytest.raises(ET.ParseError):
                ET.fromstring(text.encode())
            text = text.replace(bad, "")
        root = ET.fromstring(text.encode())
        assert len(root) == len(file_records(number)[0]) + bool(file_deletions(number))


def test_bytes_are_the_same_on_every_run() -> None:
    fresh = literature.__wrapped__()
    assert fresh.files == literature().files
    assert [name for name, _ in fresh.files] == [f"pubmed26n000{number}.xml.gz" for number in (1, 2, 3)]


@pytest.mark.parametrize("seed", [1, 7])
def test_another_seed_changes_the_background_and_keeps_the_plantings(seed: int) -> None:
    other = literature(seed)
    assert other.files != literature().files
    assert other.articles.keys() == literature().articles.keys()
    for pmid, article in other.articles.items():
        topics, ours = ({h.ui for h in a.headings} - CHECK_TAGS for a in (article, literature().articles[pmid]))
        assert topics == ours


def test_articles_are_the_current_versions() -> None:
    assert literature().articles.keys() == after().keys()
    for pmid, article in literature().articles.items():
        assert (article.abstract or "") == after()[pmid].abstract, pmid
        assert {heading.ui for heading in article.headings} == after()[pmid].headings
        assert article.entered == after()[pmid].entered


def test_every_record_says_that_it_is_synthetic() -> None:
    for number in (1, 2, 3):
        for record in file_records(number)[0]:
            assert record.xml.count(NOTICE) >= 1
            assert not re.search(r"synthetic", record.abstract, re.IGNORECASE)
            assert 90000001 <= record.pmid < 90010000
            assert all(doi.startswith("10.5555/") for doi in re.findall(r'IdType="doi">([^<]*)<', record.xml))
            assert "<Title>Synthetic Journal of " in record.xml or "Synthetic Handbook" in record.xml


def test_titles_differ_between_articles() -> None:
    titles = Counter(record.title for record in after().values())
    assert titles.most_common(1)[0][1] == 1


def test_dates_are_in_order() -> None:
    for release, number in zip(literature().releases, (1, 2, 3), strict=True):
        for article in release.records:
            assert article.received is None or article.received < article.entered
            assert article.entered <= article.revised <= release.released_on, (article.pmid, number)
    years = [article.published.year for article in literature().articles.values()]
    assert (min(years) <= 1976, max(years)) == (True, 2026)


@pytest.mark.parametrize("claim", planted_claims(), ids=lambda claim: str(claim.pmid))
def test_claims_stand_in_the_text_and_hold_or_not(claim) -> None:
    record = after()[claim.pmid]
    planting = next(p for p in planted_combinations() if p.name == claim.planting and p.basis == "any")
    earlier = [pmid for pmid in matching(planting) if after()[pmid].entered < record.entered]
    words = {
        "first_report": "the first report",
        "nth_report": "the second reported case",
        "prior_count": "Only three cases",
    }
    assert words[claim.kind] in record.abstract
    assert len(earlier) == claim.earlier
    stated = claim.prior_count if claim.prior_count is not None else claim.ordinal - 1
    assert claim.holds == (stated == claim.earlier)


@pytest.mark.parametrize("trap", [t for t in planted_traps() if t.expect], ids=lambda trap: trap.name)
def test_traps_are_in_the_files(trap) -> None:
    record = after()[trap.pmid]
    if "title" in trap.expect:
        assert record.title == trap.expect["title"]
    if "abstract" in trap.expect:
        assert record.abstract == trap.expect["abstract"]
    if "abstract_lacks" in trap.expect:
        assert trap.expect["abstract_lacks"] not in record.abstract
        assert trap.expect["abstract_lacks"] in record.xml
    if "labels" in trap.expect:
        assert re.findall(r'Label="([^"]*)"', record.xml) == trap.expect["labels"]
    if "year" in trap.expect:
        assert re.search(rf"<PubDate>\s*<(MedlineDate|Year)>[^<]*{trap.expect['year']}", record.xml)


@pytest.mark.parametrize(
    "feature",
    [
        "<MedlineDate>Winter 2001<", "<MedlineDate>1998 Dec-1999 Jan<", "<Season>", "<OtherAbstract",
        "<VernacularTitle>", "<ArticleTitle>[", "<AbstractText/>", "<CollectiveName>", "<PubmedBookArticle>",
        "&amp;lt;", "<b>primary <i>", "<sub>", "<sup>", 'RefType="RetractionIn"', 'RefType="RetractionOf"',
        'RefType="ErratumFor"', "<DeleteCitation>", 'PMID Version="3"', "<KeywordList", 'PubStatus="received"',
    ],
)  # fmt: skip
def test_features_of_the_format_are_present(feature: str) -> None:
    assert any(feature in file_text(number) for number in (1, 2, 3))


def test_vocabulary_excerpt_is_closed_over_the_headings() -> None:
    names, _ = vocabulary()
    assert 60 <= len(names) <= 90
    assert all(record.headings <= names.keys() for record in after().values())
    for planting in planted_combinations():
        assert all(curie.removeprefix("MESH:") in names for group in planting.groups for curie in group)
