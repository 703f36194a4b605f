"""Which days and numbered files of each source a lake has complete by its ledger, and the holes between them.

A series is what is collected of one source again and again: one kind of date and one query, or the numbered files. A
run that goes on with a series begins at its first hole. A hole after which the lake has nothing is a pause: the source
was not collected since. A hole of more than `LONGEST_PAUSE_DAYS` is left to a backfill if the days before it were
themselves collected long after they had passed, because two separate spans were collected then:

    2010 .. 2015     collected in 2026: a backfill            2016 .. May 2026: a hole that no run fills by itself
    June .. 9 July   collected day by day
    10 .. 31 July    no run                                   a hole that the next run fills, however long it is
    1 August ..      collected day by day
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from transforms.payloads.record_versions import file_release
from warehouse.commit.ledger import FINISHED_STATES, LOADED_STATES, Window, window_kind

LONGEST_PAUSE_DAYS = 366
"""A longer hole is filled by a run only if the days before it were collected as they passed."""
PROMPT_DAYS = 31
"""Days collected within this time after they passed were collected as they passed."""
LATE_DAYS = 3
"""Days beyond those a service needs to list all records of a day, before a series that is not collected counts as
paused."""
FILES = "files"
"""The kind of the series of numbered files."""
_PLAN = "plan"
"""The kind of the windows that record that a source could not list its windows."""
_DAY = dt.timedelta(days=1)

Row = Mapping[str, Any]
Release = tuple[int, int]


class RequestedDay(NamedTuple):
    """A day that was requested of a source: whether it is complete, and when it was collected last."""

    is_complete: bool
    collected_at: dt.datetime | None


RequestedDays = dict[dt.date, RequestedDay]


@dataclass(frozen=True, order=True)
class Series:
    """One kind of date of one source and query, e.g. pubmed_api, 'created', ''; or pubmed_files, 'files', ''."""

    collector: str
    kind: str
    query: str = ""


@dataclass(frozen=True)
class Hole:
    """Days or files (`first` to `last`, `count` of them) a lake does not have complete, though it has earlier ones.

    `filled_by_run`: the next scheduled run collects it. `reason`: why the last attempt failed; None if there was none.
    """

    series: Series
    first: str
    last: str
    count: int
    filled_by_run: bool
    reason: str | None = None

    def describe_days(self) -> str:
        """Return what is missing, e.g. 'pubmed_api created: 2026-07-10 to 2026-07-31 (22 days)'."""
        series = self.series
        unit = ("file" if series.kind == FILES else "day") + ("s" if self.count != 1 else "")
        dates = "" if series.kind == FILES else f" {series.kind}"
        query = f" for {series.query!r}" if series.query else ""
        between = self.first if self.count == 1 else f"{self.first} to {self.last}"
        return f"{series.collector}{dates}{query}: {between} ({self.count:,} {unit})"

    def describe(self) -> str:
        """Return what is missing, why, and what to do about it."""
        remedy = "the next run collects it" if self.filled_by_run else f"no run collects it: {self._backfill()}"
        failed = f"; the last attempt failed: {self.reason}" if self.reason else ""
        return f"{self.describe_days()} not complete; {remedy}{failed}"

    def _backfill(self) -> str:
        dates = "modified" if self.series.kind in ("modified", "updated") else "created"
        query = f" --query {self.series.query!r}" if self.series.query else ""
        span = f"--since {self.first} --until {self.last}"
        return f"`hoofbeats backfill --source {self.series.collector} {span} --dates {dates}{query}`"


def latest_rows(rows: Iterable[Row]) -> list[Row]:
    """Return the latest row of every window, given rows of table `windows`; withdrawn ones are left out."""
    latest: dict[tuple[Any, ...], Row] = {}
    for row in sorted(rows, key=lambda row: row["batch"]):
        if row["state"] in LOADED_STATES:
            latest[row["collector"], row["window_name"], row["query"]] = row
    return list(latest.values())


def requested_days(rows: Iterable[Row], settled_after_days: int) -> dict[Series, RequestedDays]:
    """Return the days that were requested of every series, given rows of table `windows`.

    Those of finished windows are complete; of an open window, those that had passed `settled_after_days` before it was
    collected.
    """
    requested: dict[Series, RequestedDays] = defaultdict(dict)
    for row in latest_rows(rows):
        if not row["since"] or not row["until"] or window_kind(row["window_name"]) == _PLAN:
            continue
        collected_at, complete_until = row["collected_at"], dt.date.min
        if row["state"] in FINISHED_STATES:
            complete_until = row["until"]
        elif row["state"] == "open" and collected_at:
            complete_until = collected_at.date() - dt.timedelta(days=settled_after_days + 1)
        days = requested[_series(row)]
        for number in range((row["until"] - row["since"]).days + 1):
            day = row["since"] + dt.timedelta(days=number)
            if day <= complete_until or day not in days:
                days[day] = RequestedDay(day <= complete_until, collected_at)
    return dict(requested)


def first_missing_day(days: RequestedDays, last: dt.date) -> dt.date | None:
    """Return the first day until `last` that a run has to collect to leave no hole; None if no day is missing."""
    holes = [first for first, _, is_filled in _holes_in(days, last) if is_filled]
    return min(holes, default=None)


def is_covered(window: Window, requested: Mapping[Series, RequestedDays]) -> bool:
    """Return whether a window of days holds complete days only, whatever the windows that they were collected in."""
    if window.since is None or window.until is None:
        return False
    days = requested.get(Series(window.collector, str(window.what), window.query or ""), {})
    span = (window.since + dt.timedelta(days=number) for number in range((window.until - window.since).days + 1))
    return all(day in days and days[day].is_complete for day in span)


def first_followed_file(rows: Iterable[Row], baseline: Collection[Release]) -> Release | None:
    """Return the (year, number) of a numbered PubMed file from which on all later files are to be collected, or None.

    That is the first file collected from the server, or loaded by hand from the update files of the year of `baseline`;
    and the first of the baseline itself if the lake has it entirely, by whichever way.
    """
    listed = latest_rows(rows)
    loaded = _loaded_files(listed)
    year, last = max(baseline, default=(0, 0))
    followed = {release for row in listed if row["collector"] == "pubmed_files" and (release := _release(row))}
    followed |= {release for release in loaded if release[0] == year and release[1] > last}
    if baseline and loaded >= set(baseline):
        followed.add(min(baseline))
    return min(followed, default=None)


def finished_files(rows: Iterable[Row]) -> set[Release]:
    """Return (year, number) of the numbered PubMed files that the lake has, collected or loaded by hand."""
    return _loaded_files(latest_rows(rows))


def find_holes(rows: Iterable[Row], today: dt.date, settled_after_days: int) -> list[Hole]:
    """Return the holes of all series, by the ledger alone, given rows of table `windows`; the sources are not asked.

    The latest days, of which a service may not have listed all records yet, are no hole; nor are the days after a span
    that was collected once, long after it had passed.
    """
    listed = latest_rows(rows)
    last = today - dt.timedelta(days=settled_after_days + LATE_DAYS + 1)
    holes = [
        _hole_of_days(series, first, until, listed, is_filled=is_filled)
        for series, days in sorted(requested_days(listed, settled_after_days).items())
        for first, end, is_filled in _holes_in(days, today)
        for until in [end if end < today else last]
        if first <= until and (end < today or _is_followed(days, first))
    ]
    return holes + list(_holes_of_files(listed))


def _holes_in(days: RequestedDays, last: dt.date) -> list[tuple[dt.date, dt.date, bool]]:
    """Return (first day, last day, whether a run fills it) of every hole until `last`, in order.

    A run fills no hole before one that it does not fill. Worked example, with the days 1, 2, 3 and 6 requested, 3 not
    complete, and 8 as the last day: the holes are 3 to 5, and 7 to 8.
    """
    known = sorted(day for day in days if day <= last)
    holes: list[tuple[dt.date, dt.date, bool]] = []  # the latest first
    is_filled = True
    for day, following in reversed(list(pairwise([*known, last + _DAY]))):
        first, missing = day + _DAY, (following - day).days - 1
        if missing:
            is_filled = is_filled and (missing <= LONGEST_PAUSE_DAYS or _is_prompt(day, days[day].collected_at))
        if not days[day].is_complete:
            first = day
        if first == following:
            continue
        if holes and holes[-1][0] == following and holes[-1][2] == is_filled:
            holes[-1] = first, holes[-1][1], is_filled
        else:
            holes.append((first, following - _DAY, is_filled))
    return holes[::-1]


def _is_followed(days: RequestedDays, first: dt.date) -> bool:
    """Return whether the hole that begins at `first`, after which there is nothing, is a pause in regular runs."""
    return first in days or _is_prompt(first - _DAY, days[first - _DAY].collected_at)


def _is_prompt(day: dt.date, collected_at: dt.datetime | None) -> bool:
    return collected_at is not None and (collected_at.date() - day).days <= PROMPT_DAYS


def _hole_of_days(series: Series, first: dt.date, last: dt.date, rows: list[Row], *, is_filled: bool) -> Hole:
    reasons = [
        row["reason"]
        for row in rows
        if row["state"] == "failed" and row["since"] and _series(row) == series
        and row["since"] <= last and row["until"] >= first
    ]  # fmt: skip
    return Hole(series, str(first), str(last), (last - first).days + 1, is_filled, reasons[-1] if reasons else None)


def _holes_of_files(rows: list[Row]) -> Iterator[Hole]:
    """Yield the numbers missing between two collected files of a year, and the files that failed."""
    loaded = _loaded_files(rows)
    of_server = {release: row for row in rows if row["collector"] == "pubmed_files" and (release := _release(row))}
    known = sorted({*of_server, *(release for release in loaded if of_server and release > min(of_server))})
    missing = [release for release in of_server if release not in loaded]
    for (year, number), (next_year, next_number) in pairwise(known):
        if year == next_year:
            missing += [(year, between) for between in range(number + 1, next_number)]
    for run in _consecutive(sorted(missing)):
        first, last = (f"pubmed{year % 100:02d}n{number:04d}.xml.gz" for year, number in (run[0], run[-1]))
        reason = next((of_server[release]["reason"] for release in reversed(run) if release in of_server), None)
        yield Hole(Series("pubmed_files", FILES), first, last, len(run), filled_by_run=True, reason=reason)


def _consecutive(releases: list[Release]) -> Iterator[list[Release]]:
    """Yield runs of consecutive numbers of one year: 3, 4, 7 -> [3, 4], [7]."""
    run: list[Release] = []
    for release in releases:
        if run and release != (run[-1][0], run[-1][1] + 1):
            yield run
            run = []
        run.append(release)
    if run:
        yield run


def _loaded_files(rows: Iterable[Row]) -> set[Release]:
    return {release for row in rows if row["state"] in FINISHED_STATES and (release := _release(row))}


def _release(row: Row) -> Release | None:
    return file_release(row["name"] or "")


def _series(row: Row) -> Series:
    return Series(row["collector"], window_kind(row["window_name"]), row["query"] or "")
