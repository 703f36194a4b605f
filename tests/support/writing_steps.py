"""A life of a small lake, step by step, with every verb that writes; each step can be killed and taken again."""

import datetime as dt
import random

from tests.support.power_loss import record_syncs
from tests.support.text_lake import NAMES, stage_texts, store_names
from transforms.publishing.watches import Watch
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import commit
from warehouse.derived.watch_counts import count_watches
from warehouse.revision.curations import curate
from warehouse.revision.record_verdicts import record_verdict
from warehouse.revision.undo import undo
from warehouse.upkeep.maintain import maintain_lake

TEXTS = (
    "A man had anemia and asthma.", "No fever was seen in asthma.", "Paleness with fever; the first reported case.",
    "Asthma, then fever and anemia.", "This is the first report of anemia with asthma.",
)  # fmt: skip
MORE_NAMES = {**NAMES, "T:4": ["Reported", "Case"]}
OTHER_NAMES = {"T:1": ["Anemia"], "T:2": ["Asthma", "Man"], "T:3": ["Fever"]}
DAY = dt.date(2026, 1, 1)
MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def plan(steps, seed):
    """The names and arguments of some steps; the first four load records, so that the others have what to work on."""
    chance = random.Random(seed)
    kinds = ["ingest"] * 5 + ["undo", "vocabulary", "curate", "verdict", "maintain", "maintain", "watches"]
    return [
        ("ingest" if number < 4 else chance.choice(kinds), number, chance.randrange(1000)) for number in range(steps)
    ]


def run_step(lake, step):
    """Do one step, unless the lake shows that it is done."""
    kind, number, draw = step
    STEPS[kind](lake, number, draw)


def run_recorded(lake, step, log):
    """Do one step in a process of its own, recording what it flushes to disk."""
    record_syncs(log)
    run_step(lake, step)


def _ingest(lake, number, draw):
    texts = {pmid: TEXTS[(draw + pmid) % len(TEXTS)] + f" Version {number}." for pmid in range(draw % 7, draw % 7 + 4)}
    unit = stage_texts(lake, f"payload-{number}", texts, version=number)
    commit(lake, [unit])
    unit.discard()


def _undo(lake, number, draw):
    del number
    payloads = [row for row in read_version(lake).table("windows").to_pylist() if row["payload"]]
    chosen = payloads[draw % len(payloads)]
    if chosen["state"] != "withdrawn":
        undo(lake, chosen["batch"])


def _vocabulary(lake, number, draw):
    del number
    store_names(lake, (NAMES, MORE_NAMES, OTHER_NAMES)[draw % 3])


def _curate(lake, number, draw):
    verdicts = read_version(lake).table("curations").to_pylist()
    if all(row["note"] != str(number) for row in verdicts):
        name = ("fever", "paleness", "man", "case")[draw % 4]
        curate(lake, {"verdict": "never", "name": name, "author": "A", "decided_on": DAY, "note": str(number)})


def _verdict(lake, number, draw):
    version = read_version(lake)
    made = {row["note"] for row in version.table("verdicts").to_pylist()}
    pair = ("pubmed:6", "pubmed:7")
    if str(number) not in made:
        record_verdict(lake, pair, same=bool(draw % 2), said_by="A", note=str(number), said_at=MOMENT)


def _maintain(lake, number, draw):
    del number
    maintain_lake(lake, keep_latest=1 + draw % 5)


def _watches(lake, number, draw):
    del number
    count_watches(lake, [Watch("a", ("Anemia", "Asthma")), Watch(f"b{draw % 2}", ("Fever", "T:2"))])


STEPS = {
    "ingest": _ingest, "undo": _undo, "vocabulary": _vocabulary, "curate": _curate, "verdict": _verdict,
    "maintain": _maintain, "watches": _watches,
}  # fmt: skip
