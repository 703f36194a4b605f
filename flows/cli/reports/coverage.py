"""Lines on what a lake covers, beside every figure that depends on it."""

from flows import terminal
from warehouse.queries.coverage import YearCoverage


def thin_coverage(coverage: YearCoverage) -> list[str]:
    """A line that names the years of which the lake has hardly any article; none where there are no such years."""
    if not coverage.thin:
        return []
    return [
        f"thin coverage {coverage.thin_articles:,} articles only of {coverage.thin_years}: more may have been reported"
    ]


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
