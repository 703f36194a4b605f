"""Declare the tables of watches: the combinations whose counts are followed, and the history of their counts."""

import pyarrow as pa

from transforms.counting.filters import FIELDS, FilterField
from transforms.schema.table import BATCH, STRINGS, TIMESTAMP, Table, columns

WATCHED_FILTERS = tuple(field.name for field in FIELDS if field.watchable)
"""The filters of a count that a watch can have, as columns of `watches`."""
_TYPES = {bool: pa.bool_(), int: pa.int32(), str: pa.string()}


def _comment(field: FilterField) -> str:
    choices = f" One of {', '.join(map(repr, field.choices))}." if field.choices else ""
    return field.meaning + choices + (" NULL: any." if field.default is None else "")


WATCHES = Table(
    "watches",
    "one watch: a combination whose count is followed",
    columns(
        ("watch_id", pa.string(), "Identifier made of its name: lower-case letters, digits and hyphens."),
        ("name", pa.string(), "Its name."),
        ("terms", STRINGS, "Its groups of terms; '|' separates the alternatives of a group."),
        *((field.name, _TYPES[field.kind], _comment(field)) for field in FIELDS if field.watchable),
        ("problem", pa.string(), "Why it is not counted, e.g. a term that names no concept; NULL if it is counted."),
    ),
    ("watch_id",),
)

WATCH_COUNTS = Table(
    "watch_counts",
    "one count of a watch: its first, and one for every change of its articles",
    columns(
        ("watch_id", pa.string(), "The watch."),
        ("name", pa.string(), "Its name."),
        ("definition", pa.string(), "Digest of what is counted; counts with different definitions are not compared."),
        ("version", pa.int32(), "Catalog version that was counted; its batch brought the change."),
        ("previous_version", pa.int32(), "Version of the count before; NULL for the first count."),
        ("previous", pa.int64(), "Articles of the count before; NULL for the first count."),
        ("articles", pa.int64(), "Articles of this count."),
        (
            "gained",
            pa.list_(pa.int64()),
            "Article ids that match now and did not before; all of them for the first count.",
        ),
        (
            "lost",
            pa.list_(pa.int64()),
            "Article ids that no longer match, because they were changed, deleted, retracted or merged.",
        ),
        ("combination", pa.string(), "What was counted, in words."),
        ("groups", pa.list_(STRINGS), "What was counted, as groups of alternative concepts."),
        ("population", pa.int64(), "Articles in the population."),
        ("with_abstract", pa.int64(), "Of these, articles with an abstract."),
        ("coverage_from", pa.int32(), "First publication year of the population."),
        ("coverage_to", pa.int32(), "Last publication year of the population."),
        ("rate_per_million", pa.float64(), "Articles per million of the population."),
        ("low", pa.float64(), "Lower limit of the exact 95 % interval of the rate (Garwood)."),
        ("high", pa.float64(), "Upper limit of the exact 95 % interval of the rate (Garwood)."),
        ("expected", pa.float64(), "Articles expected if the groups were independent."),
        ("ic", pa.float64(), "Information component."),
        ("ic_low", pa.float64(), "Lower limit of its 95 % credible interval."),
        ("ic_high", pa.float64(), "Upper limit of its 95 % credible interval."),
        ("p_value", pa.float64(), "Probability of as many articles or more if the groups were independent (Poisson)."),
        ("q_value", pa.float64(), "p_value adjusted for all watches counted at the same time (Benjamini-Hochberg)."),
        ("family_size", pa.int64(), "Number of these watches."),
        ("counted_at", TIMESTAMP, "Time of the count."),
        BATCH,
    ),
    ("watch_id", "batch"),
)
