"""Options an operator can choose from, on the command line and in the form of a deployment alike."""

from enum import StrEnum

MAX_PARALLEL = 8
"""Windows of a backfill collected at the same time; with more, they would only wait for the rate limits."""


class SourceName(StrEnum):
    """The sources, by collector name."""

    PUBMED_API = "pubmed_api"
    PUBMED_FILES = "pubmed_files"
    EUROPEPMC = "europepmc"
    WEB_PAGES = "web_pages"


class Dates(StrEnum):
    """Which date of a record the days of a span refer to."""

    CREATED = "created"
    MODIFIED = "modified"
    BOTH = "both"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The dates as `Span.dates` names them."""
        return ("created", "modified") if self is Dates.BOTH else (self.value,)


class WindowSize(StrEnum):
    """The days of a window; weeks start on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Mode(StrEnum):
    """Which windows a backfill collects."""

    MISSING = "missing"  # days that no finished window covers
    FAILED = "failed"  # windows whose last attempt failed, exactly as requested then
    ALL = "all"  # every window again


class Order(StrEnum):
    """Which windows of a backfill come first."""

    NEWEST = "newest"
    OLDEST = "oldest"
