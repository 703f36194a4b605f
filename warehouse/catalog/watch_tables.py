"""The tables of watches: what is followed, and how its count changed."""

import pyarrow as pa

from transforms.counting.filters import FIELDS, FilterField
from transforms.schema.table import BATCH, STRINGS, TIMESTAMP, Table, columns

WATCHED_FILTERS = tuple(field.name for field in FIELDS if field.watchable)
"""The filters a watch can have: columns of `watches`."""
_TYPES = {bool: pa.bool_(), int: pa.int32(), str: pa.string()}


def _comment(field: FilterField) -> str:
    choices = f" One of {', '.join(map(repr, field.choices))}." if field.choices else ""
    return field.meaning + choices + (" NULL: any." if field.default is None else "")


WATCHES = Table(
    "watches",
    "one combination whose count is followed",
    columns(
        ("watch_id", pa.string(), "Its name in small letters, digits and hyphens."),
        ("name", pa.string(), "Its name."),
        ("terms", STRINGS, "Its groups; '|' separates the alternatives of one."),
        *((field.name, _TYPES[field.kind], _comment(field)) for field in FIELDS if field.watchable),
        ("problem", pa.string(), "Why it is not counted: a term no concept is called by; NULL where it is."),
    ),
    ("watch_id",),
)

WATCH_COUNTS = Table(
    "watch_counts",
    "one count of a watch: the first, and one whenever its articles changed",
    columns(
        ("watch_id", pa.string(), "The watch."),
        ("name", pa.string(), "Its name."),
        ("definition", pa.string(), "Digest of what it counts; counts of another definition are not compared."),
        ("version", pa.int32(), "The catalog version that was counted: its batch brought the change."),
        ("previous_version", pa.int32(), "The version counted before it; NULL for the first count."),
        ("previous", pa.int64(), "Articles before; NULL for the first count."),
        ("articles", pa.int64(), "Articles now."),
        ("gained", pa.list_(pa.int64()), "Articles that match now and did not before; for the first count, all."),
        ("lost", pa.list_(pa.int64()), "Articles that matched and do no longer: changed, deleted, retracted, merged."),
        ("combination", pa.string(), "What was counted, in words."),
        ("groups", pa.list_(STRINGS), "What was counted, as groups of alternative concepts."),
        ("population", pa.int64(), "Articles it was counted among."),
        ("with_abstract", pa.int64(), "Of these, those with an abstract at hand."),
        ("coverage_from", pa.int32(), "First publication year of these."),
        ("coverage_to", pa.int32(), "Last publication year of these."),
        ("rate_per_million", pa.float64(), "Articles a million of the population."),
        ("low", pa.float64(), "Lower limit of its exact 95 % interval (Garwood)."),
        ("high", pa.float64(), "Upper limit of its exact 95 % interval (Garwood)."),
        ("expected", pa.float64(), "Articles expected if the groups were independent."),
        ("ic", pa.float64(), "Information component."),
        ("ic_low", pa.float64(), "Lower limit of its 95 % credible interval."),
        ("ic_high", pa.float64(), "Upper limit of its 95 % credible interval."),
        ("p_value", pa.float64(), "P(as many or more) if the groups were independent (Poisson)."),
        ("q_value", pa.float64(), "The same adjusted for all watches of that moment (Benjamini-Hochberg)."),
        ("family_size", pa.int64(), "How many watches those are."),
        ("counted_at", TIMESTAMP, "When."),
        BATCH,
    ),
    ("watch_id", "batch"),
)
