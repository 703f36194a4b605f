"""Generate the synthetic background articles from the profiles of background.toml.

Each article draws from a random stream of its own (seed and PMID), so that adding an article leaves all others
unchanged.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from flows.demo_literature.mesh_excerpt import ADULT, FEMALE, HUMANS, MALE, MIDDLE_AGED, headings, person_tags
from flows.demo_literature.records import Author, Journal, PublicationDate, SampleArticle, Section

ARTICLE_KINDS = ("case", "cohort", "review")
FIRST_LABEL_YEAR = 1996
FIRST_DOI_YEAR = 1990
FILE_SPANS = {1: (date(1975, 1, 6), date(2025, 10, 31)), 2: (date(2025, 12, 15), date(2026, 2, 20)),
              3: (date(2026, 3, 10), date(2026, 5, 20))}  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """A set of concepts that occur together: `core` in every article, `options` by turns."""

    name: str
    core: tuple[str, ...]
    options: tuple[str, ...]
    journal: str

    def concepts(self, turn: int) -> tuple[str, ...]:
        """Return the concepts of the profile's article number `turn`.

        Of two options, the articles have the first, the second and both by turns; a single option is in every other
        article.
        """
        patterns = [self.options[:1], self.options[1:], self.options]
        return self.core + patterns[turn % 3] if len(self.options) == 2 else self.core + self.options[: turn % 2]


@cache
def background_rules() -> dict[str, Any]:
    """Load background.toml, once a process."""
    return tomllib.loads(files(__package__).joinpath("background.toml").read_text(encoding="utf-8"))


def profiles() -> tuple[Profile, ...]:
    """Return the profiles in the order of background.toml."""
    return tuple(
        Profile(name, tuple(core), tuple(options), journal)
        for name, (core, options, journal) in background_rules()["profiles"].items()
    )


def random_stream(seed: int, pmid: int) -> Random:
    """Return the random generator of one article."""
    return Random(f"{seed}:{pmid}")  # noqa: S311 - reproducible text, not a secret


def invent_journal(subject: str) -> Journal:
    """Return the invented journal of a subject."""
    number = background_rules()["words"]["journal"].index(subject) + 1
    short = " ".join(word[:5] for word in subject.split())
    return Journal(f"Synthetic Journal of {subject}", f"Synth J {short}", f"9999-{number:04d}", f"9999{number:05d}")


def invent_authors(draw: Random) -> tuple[Author, ...]:
    """Return two to five invented authors, the first with an affiliation."""
    words = background_rules()["words"]
    families = draw.sample(words["family"], draw.randint(2, 5))
    place = draw.choice(words["place"])
    first = Author(families[0], draw.choice(words["given"]), f"Department of Medicine, {place} University, {place}.")
    return (first, *(Author(family, draw.choice(words["given"])) for family in families[1:]))


def make_doi(pmid: int, year: int) -> str | None:
    """Return a DOI under the prefix reserved for tests; None for years before DOIs."""
    return f"10.5555/hoofbeats.{pmid}" if year >= FIRST_DOI_YEAR else None


def revision_date(entered: date) -> date:
    """Return the day a record was last revised: soon after its entry, but not before PubMed's XML existed."""
    return max(entered + timedelta(days=9), date(2003, 11, 14))


def _sentence_numbers(draw: Random, patients: int) -> dict[str, int]:
    """Draw the numbers of one sentence: months, weeks, a percentage and a part of the patients."""
    return {
        "months": draw.randint(5, 48),
        "some_weeks": draw.randint(2, 16),
        "percent": draw.randint(11, 78),
        "few": max(3, patients // draw.randint(3, 8)),
    }


def _article_facts(draw: Random, year: int) -> dict[str, Any]:
    """Draw the facts that all sentences of one article share."""
    words = background_rules()["words"]
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
    """Fill a template with a concept's name ({x}, or {X} at the start of a sentence), the facts and fresh numbers."""
    return template.format(x=name, X=name[:1].upper() + name[1:], **facts, **_sentence_numbers(draw, facts["n"]))


def _title(kind: str, concepts: tuple[str, ...], facts: dict[str, Any], draw: Random) -> str:
    named = background_rules()["concepts"]
    sites = [named[ui][0] for ui in concepts if named[ui][1] == "site"]
    templates = [t for t in background_rules()["titles"][kind] if sites or "{site}" not in t]
    return _fill(draw.choice(templates), named[concepts[0]][0], facts | {"site": "".join(sites[:1])}, draw) + "."


def _sections(kind: str, concepts: tuple[str, ...], facts: dict[str, Any], draw: Random) -> tuple[Section, ...]:
    """Return the abstract: an opening about the first concept, a sentence for each other concept, a closing."""
    named, templates = background_rules()["concepts"], background_rules()["sentences"][kind]
    opening = _fill(draw.choice(templates["opening"]), named[concepts[0]][0], facts, draw)
    middle = " ".join(_fill(draw.choice(templates[named[ui][1]]), named[ui][0], facts, draw) for ui in concepts[1:])
    closing = _fill(draw.choice(templates["closing"]), "", facts, draw)
    if kind == "cohort" and facts["to_year"] >= FIRST_LABEL_YEAR and draw.random() < 0.6:
        return (Section(opening, "METHODS"), Section(middle, "RESULTS"), Section(closing, "CONCLUSIONS"))
    return (Section(f"{opening} {middle} {closing}"),)


def _entry_date(concepts: tuple[str, ...], file: int, draw: Random) -> date:
    """Draw a day within the file's span, not before the first year of any of the concepts."""
    first, last = FILE_SPANS[file]
    since = max(
        (background_rules()["concepts"][ui][2] for ui in concepts if len(background_rules()["concepts"][ui]) > 2),
        default=0,
    )
    first = max(first, date(since, 1, 1)) if since else first
    return first + timedelta(days=draw.randint(0, (last - first).days))


def background_article(profile: Profile, turn: int, pmid: int, file: int, seed: int) -> SampleArticle:
    """Generate article number `turn` of a profile."""
    draw = random_stream(seed, pmid)
    concepts, kind = profile.concepts(turn), ARTICLE_KINDS[turn // 3 % 3]
    entered = _entry_date(concepts, file, draw)
    printed = entered - timedelta(days=draw.randint(3, 40))
    facts = _article_facts(draw, printed.year)
    tags = person_tags(facts["age"], female=facts["person"] == "woman") if kind == "case" else _group_tags(kind)
    page = draw.randint(11, 980)
    return SampleArticle(
        pmid=pmid,
        title=_title(kind, concepts, facts, draw),
        sections=_sections(kind, concepts, facts, draw),
        authors=invent_authors(draw),
        journal=invent_journal("Case Reports" if kind == "case" and turn % 2 else profile.journal),
        published=PublicationDate(printed.year, printed.month, printed.day if turn % 4 else None),
        entered=entered,
        received=entered - timedelta(days=draw.randint(50, 260))
        if printed.year >= FIRST_DOI_YEAR and turn % 4
        else None,
        revised=revision_date(entered),
        headings=headings(concepts, tags),
        publication_types=tuple(background_rules()["types"][kind]),
        volume=str(printed.year - 1960),
        issue=str(printed.month),
        pages=f"{page}-{page + draw.randint(2, 9)}",
        doi=make_doi(pmid, printed.year),
        keywords=tuple(background_rules()["concepts"][ui][0] for ui in concepts[:2]) if turn % 3 == 0 else (),
    )


def _group_tags(kind: str) -> tuple[str, ...]:
    return (HUMANS, FEMALE, MALE, ADULT, MIDDLE_AGED) if kind == "cohort" else (HUMANS,)


def background_articles(seed: int) -> dict[int, tuple[SampleArticle, ...]]:
    """Generate all background articles, by the number of the file in which they first appear (1, 2, 3)."""
    size = background_rules()["size"]
    by_file: dict[int, list[SampleArticle]] = {1: [], 2: [], 3: []}
    pmid = size["first_pmid"]
    for profile in profiles():
        for turn in range(size["articles_per_profile"]):
            remaining = size["articles_per_profile"] - turn
            # The last articles of each profile are held back for the updates.
            in_third = remaining <= size["in_third_file"]
            in_second = remaining <= size["in_third_file"] + size["in_second_file"]
            file = 3 if in_third else 2 if in_second else 1
            by_file[file].append(background_article(profile, turn, pmid, file, seed))
            pmid += 1
    return {file: tuple(articles) for file, articles in by_file.items()}
