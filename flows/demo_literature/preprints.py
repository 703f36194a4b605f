"""Generate a few synthetic preprints for Europe PMC's search.

They name no concept of the vocabulary, so they change no count.
"""

from dataclasses import replace
from datetime import date, timedelta

from flows.demo_literature.background import invent_authors, invent_journal, random_stream
from flows.demo_literature.records import PublicationDate, SampleArticle, Section

FIRST_ID = 900_001
_FIRST_DAY = date(2026, 4, 1)
_TOPICS = ("registering a protocol", "sharing analysis code", "naming files", "writing plain-language summaries")


def preprints(seed: int, count: int = 12) -> tuple[SampleArticle, ...]:
    """Return `count` preprints numbered from FIRST_ID, one every four days from 2026-04-01."""
    articles = []
    for number in range(count):
        topic = _TOPICS[number % len(_TOPICS)]
        entered = _FIRST_DAY + timedelta(days=4 * number)
        identifier = FIRST_ID + number
        text = f"We describe how a small group went about {topic}, in {number + 2} steps. It took {number + 3} weeks."
        articles.append(
            _preprint(identifier, f"Notes on {topic}, part {number // len(_TOPICS) + 1}.", text, entered, seed)
        )
    return tuple(articles)


def _preprint(identifier: int, title: str, text: str, entered: date, seed: int) -> SampleArticle:
    empty = SampleArticle(
        pmid=identifier, title=title, sections=(Section(text),),
        authors=invent_authors(random_stream(seed, identifier)),
        journal=invent_journal("Case Reports"), published=PublicationDate(entered.year, entered.month, entered.day),
        entered=entered, revised=entered, headings=(), publication_types=("Preprint",), volume="", issue="", pages="",
    )  # fmt: skip
    return replace(empty, doi=f"10.5555/hoofbeats.preprint.{identifier}")
