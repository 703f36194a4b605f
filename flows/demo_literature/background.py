"""Synthetic background articles: every profile of background.toml, each article drawn from its own seeded stream.

Each article draws from a stream of its own (seed and PMID), so that adding one leaves all others as they were.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from flows.demo_literature.records import Author, Journal, PublicationDate, SampleArticle, Section
from flows.demo_literature.vocabulary import ADULT, FEMALE, HUMANS, MALE, MIDDLE_AGED, headings, person_tags

KINDS = ("case", "cohort", "review")
LABELS_SINCE = 1996
DOI_SINCE = 1990
FILE_SPANS = {1: (date(1975, 1, 6), date(2025, 10, 31)), 2: (date(2025, 12, 15), date(2026, 2, 20)),
              3: (date(2026, 3, 10), date(2026, 5, 20))}  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """A fixed company of concepts: `core` in every article, `options` in turn."""

    name: str
    core: tuple[str, ...]
    options: tuple[str, ...]
    journal: str

    def concepts(self, turn: int) -> tuple[str, ...]:
        """The concepts of the profile's article number `turn`: one option, the other, both (one: every other)."""
        patterns = [self.options[:1], self.options[1:], self.options]
        return self.core + patterns[turn % 3] if len(self.options) == 2 else self.core + self.options[: turn % 2]


@cache
def settings() -> dict[str, Any]:
    """background.toml as it stands."""
    return tomllib.loads(files(__package__).joinpath("background.toml").read_text(encoding="utf-8"))


def profiles() -> tuple[Profile, ...]:
    """The profiles in order."""
    return tuple(
        Profile(name, tuple(core), tuple(options), journal)
        for name, (core, options, journal) in settings()["profiles"].items()
    )


def stream(seed: int, pmid: int) -> Random:
    """The random numbers of one article."""
    return Random(f"{seed}:{pmid}")  # noqa: S311 - reproducible text, not a secret


def journal(subject: str) -> Journal:
    """The invented journal of a subject."""
    number = settings()["words"]["journal"].index(subject) + 1
    short = " ".join(word[:5] for word in subject.split())
    return Journal(f"Synthetic Journal of {subject}", f"Synth J {short}", f"9999-{number:04d}", f"9999{number:05d}")


def authors(draw: Random) -> tuple[Author, ...]:
    """Two to five invented authors, the first with an affiliation."""
    words = settings()["words"]
    families = draw.sample(words["family"], draw.randint(2, 5))
    place = draw.choice(words["place"])
    first = Author(families[0], draw.choice(words["given"]), f"Department of Medicine, {place} University, {place}.")
    return (first, *(Author(family, draw.choice(words["given"])) for family in families[1:]))


def doi(pmid: int, year: int) -> str | None:
    """A DOI under the prefix reserved for tests; None for the years before DOIs."""
    return f"10.5555/hoofbeats.{pmid}" if year >= DOI_SINCE else None


def revised_on(entered: date) -> date:
    """When a record was revised last: soon after its entry, but no record is older than PubMed's own XML."""
    return max(entered + timedelta(days=9), date(2003, 11, 14))


def _numbers(draw: Random, patients: int) -> dict[str, int]:
    """Numbers for one sentence: months, weeks, a percentage and a part of the patients."""
    return {
        "months": draw.randint(5, 48),
        "some_weeks": draw.randint(2, 16),
        "percent": draw.randint(11, 78),
        "few": max(3, patients // draw.randint(3, 8)),
    }


def _facts(draw: Random, year: int) -> dict[str, Any]:
    """What all sentences of one article share."""
    words = settings()["words"]
    return {
        "age": draw.randint(21, 79),
        "person": draw.choice(["woman", "man"]),
        "n": draw.randint(24, 412),
        "from_year": year - draw.randint(4, 12),
        "to_year": year,
        "place": draw.choice(words["place"]),
        "complaint": draw.choice(words["complaint"]),
        "weeks": draw.randint(2, 16),
    }


def _fill(template: str, name: str, facts: dict[str, Any], draw: Random) -> str:
    """`template` with a concept's name ({x}, or {X} to begin a sentence), the shared facts and fresh numbers."""
    return template.format(x=name, X=name[:1].upper() + name[1:], **facts, **_numbers(draw, facts["n"]))


def _title(kind: str, concepts: tuple[str, ...], facts: dict[str, Any], draw: Random) -> str:
    named = settings()["concepts"]
    sites = [named[ui][0] for ui in concepts if named[ui][1] == "site"]
    templates = [t for t in settings()["titles"][kind] if sites or "{site}" not in t]
    return _fill(draw.choice(templates), named[concepts[0]][0], facts | {"site": "".join(sites[:1])}, draw) + "."


def _sections(kind: str, concepts: tuple[str, ...], facts: dict[str, Any], draw: Random) -> tuple[Section, ...]:
    """The abstract: an opening on the first concept, a sentence on each other one, a closing."""
    named, templates = settings()["concepts"], settings()["sentences"][kind]
    opening = _fill(draw.choice(templates["opening"]), named[concepts[0]][0], facts, draw)
    middle = " ".join(_fill(draw.choice(templates[named[ui][1]]), named[ui][0], facts, draw) for ui in concepts[1:])
    closing = _fill(draw.choice(templates["closing"]), "", facts, draw)
    if kind == "cohort" and facts["to_year"] >= LABELS_SINCE and draw.random() < 0.6:
        return (Section(opening, "METHODS"), Section(middle, "RESULTS"), Section(closing, "CONCLUSIONS"))
    return (Section(f"{opening} {middle} {closing}"),)


def _entry_date(concepts: tuple[str, ...], file: int, draw: Random) -> date:
    """A day within the file's span on which all the concepts were already written about."""
    first, last = FILE_SPANS[file]
    since = max((settings()["concepts"][ui][2] for ui in concepts if len(settings()["concepts"][ui]) > 2), default=0)
    first = max(first, date(since, 1, 1)) if since else first
    return first + timedelta(days=draw.randint(0, (last - first).days))


def background_article(profile: Profile, turn: int, pmid: int, file: int, seed: int) -> SampleArticle:
    """Article number `turn` of a profile."""
    draw = stream(seed, pmid)
    concepts, kind = profile.concepts(turn), KINDS[turn // 3 % 3]
    entered = _entry_date(concepts, file, draw)
    printed = entered - timedelta(days=draw.randint(3, 40))
    facts = _facts(draw, printed.year)
    tags = person_tags(facts["age"], female=facts["person"] == "woman") if kind == "case" else _group_tags(kind)
    page = draw.randint(11, 980)
    return SampleArticle(
        pmid=pmid,
        title=_title(kind, concepts, facts, draw),
        sections=_sections(kind, concepts, facts, draw),
        authors=authors(draw),
        journal=journal("Case Reports" if kind == "case" and turn % 2 else profile.journal),
        published=PublicationDate(printed.year, printed.month, printed.day if turn % 4 else None),
        entered=entered,
        received=entered - timedelta(days=draw.randint(50, 260)) if printed.year >= DOI_SINCE and turn % 4 else None,
        revised=revised_on(entered),
        headings=headings(concepts, tags),
        publication_types=tuple(settings()["types"][kind]),
        volume=str(printed.year - 1960),
        issue=str(printed.month),
        pages=f"{page}-{page + draw.randint(2, 9)}",
        doi=doi(pmid, printed.year),
        keywords=tuple(settings()["concepts"][ui][0] for ui in concepts[:2]) if turn % 3 == 0 else (),
    )


def _group_tags(kind: str) -> tuple[str, ...]:
    return (HUMANS, FEMALE, MALE, ADULT, MIDDLE_AGED) if kind == "cohort" else (HUMANS,)


def background(seed: int) -> dict[int, tuple[SampleArticle, ...]]:
    """Every background article by the number of the file it first stands in (1, 2, 3)."""
    size = settings()["size"]
    files_: dict[int, list[SampleArticle]] = {1: [], 2: [], 3: []}
    pmid = size["first_pmid"]
    for profile in profiles():
        for turn in range(size["articles_per_profile"]):
            left = size["articles_per_profile"] - turn
            file = (
                3
                if left <= size["in_third_file"]
                else 2
                if left <= size["in_third_file"] + size["in_second_file"]
                else 1
            )
            files_[file].append(background_article(profile, turn, pmid, file, seed))
            pmid += 1
    return {file: tuple(articles) for file, articles in files_.items()}
