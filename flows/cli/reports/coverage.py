"""Lines on what a lake covers, beside every figure that depends on it."""

from flows import terminal
from warehouse.queries.coverage import YearCoverage, years_as_text


def thin_coverage(coverage: YearCoverage) -> list[str]:
    """Lines that name the years of which the lake has hardly any article, or much less than its sources announced."""
    lines = []
    if coverage.thin:
        lines.append(
            f"thin coverage {coverage.thin_articles:,} articles only of {coverage.thin_years}:"
            " more may have been reported"
        )
    if coverage.short:
        years = ", ".join(f"{row['year']} ({row['received']:,} of {row['announced']:,})" for row in coverage.short)
        lines.append(
            f"short         of the records announced for days of a year, received only: {years};"
            " more may have been reported"
        )
    return lines


def thin_claim_line(thin_years: list[list[int]]) -> list[str]:
    """A line for a claim that nothing earlier was found against: the years of which the lake has hardly any article."""
    years = years_as_text(thin_years)
    return [f"    the lake has hardly any article of {years}: what was reported then is not found"] if years else []


def coverage_lines(coverage: YearCoverage) -> list[str]:
    """Articles by decade with their share of abstracts, thin years, the last load, and what sources announced."""
    decades = [
        f"{'unknown year' if row['decade'] is None else str(row['decade']) + 's'} {row['articles']:,}"
        f" ({100 * row['with_abstract'] // row['articles']} % with an abstract)"
        for row in coverage.decades
    ]
    lines = [f"by decade     {', '.join(decades)}"] if decades else []
    lines += thin_coverage(coverage)
    if coverage.announced is not None:
        lines.append(
            f"announced     {coverage.announced:,} records by the sources, {coverage.received or 0:,} received"
        )
    return [*lines, f"last load     {terminal.text(coverage.last_load)}"]
