"""The macros of the catalog, with the comments that say how each is called and what it returns."""

from dataclasses import dataclass

from warehouse.catalog.sql import filter_parameters


@dataclass(frozen=True)
class Macro:
    """A macro of the catalog: its name, how it is called and what it returns.

    is_table: whether it is called in FROM; else it is a function of values.
    """

    name: str
    meaning: str
    is_table: bool = True


_ERRORS = (
    " A concept is an id or a name. An unknown or empty one, one that is not counted, an empty group, years the"
    " wrong way round and an as_of before the first record are errors."
)

MACROS = (
    Macro("descendants", "descendants(concept): the concept and all its descendants."),
    Macro("find_concept", "find_concept(words): concepts with a name that contains the words, shortest name first."),
    Macro(
        "partners",
        "partners(concept, basis := 'any', exact := true): the concepts it co-occurs with, the most frequent first."
        " Exact: articles with these very concepts, as in cooccurrences; exact := false counts those below both, as"
        " count_together does.",
    ),
    Macro("article", "article(id): the article that holds this PMID, former article id or document id."),
    Macro(
        "pair",
        "pair(a, b, ...as matching_articles): count_together for two concepts: how many articles have both.",
    ),
    Macro(
        "matching_articles",
        f"matching_articles(groups, {filter_parameters()}): articles that match every group; a group is a list of"
        f" alternative concepts, with those below them unless exact := true.{_ERRORS}",
    ),
    Macro(
        "count_together",
        "count_together(groups, ...as matching_articles): how many articles match, of how many, how surprising; with"
        " as_of, changed_since says how many of them were revised or retracted later; overlap names concepts that stand"
        " in two groups, where nothing can be expected and ic is NULL. rate_low and rate_high are also called low and"
        " high.",
    ),
    Macro("timeline", "timeline(groups, ...as matching_articles): articles and population by publication year."),
    Macro("evidence", "evidence(groups, ...as matching_articles): the sentences and headings behind a count."),
    Macro(
        "population",
        f"population({filter_parameters()}): the articles a count is taken from, by publication year.",
    ),
    Macro(
        "named_concepts",
        "named_concepts(groups): the concepts that groups of ids and names stand for, by the number of the group.",
    ),
    Macro(
        "group_members",
        "group_members(groups, exact := false): the concepts of each group, with those below them unless exact.",
    ),
    Macro(
        "group_hits",
        "group_hits(groups, ...as matching_articles): each concept of a group that an article affirms.",
    ),
    Macro(
        "checked_filters",
        "checked_filters(basis, level, from_year, to_year, as_of): one row; an error for a filter nothing can meet.",
    ),
    Macro(
        "gamma_limit",
        "gamma_limit(shape, side): the 2.5 % (side -1) or 97.5 % (side 1) quantile of Gamma(shape, 1).",
        is_table=False,
    ),
    Macro(
        "rare_tail",
        "rare_tail(n, expectation): the probability of n or more by a Poisson distribution, for n from 1 to 4.",
        is_table=False,
    ),
)
