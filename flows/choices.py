"""What an operator can choose, on the command line and in the form of a deployment alike."""

from enum import StrEnum

MAX_PARALLEL = 8
"""Windows of a backfill: services limit requests, so that more would only wait."""


class SourceName(StrEnum):
    """The sources, by the names of their collectors."""

    PUBMED_API = "pubmed_api"
    PUBMED_FILES = "pubmed_files"
    EUROPEPMC = "europepmc"
    WEB_PAGES = "web_pages"


class Dates(StrEnum):
    """Which dates of a source's records the days are."""

    CREATED = "created"
    MODIFIED = "modified"
    BOTH = "both"

    @property
    def kinds(self) -> tuple[str, ...]:
        """As a span names them."""
        return ("created", "modified") if self is Dates.BOTH else (self.value,)


class WindowSize(StrEnum):
    """How many days are asked for at a time; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Mode(StrEnum):
    """Which windows a backfill collects."""

    MISSING = "missing"  # the days that no finished window covers
    FAILED = "failed"  # the windows that failed the last time, as they were asked for then
    ALL = "all"  # every window, once more


class Order(StrEnum):
    """Which windows come first."""

    NEWEST = "newest"
    OLDEST = "oldest"
