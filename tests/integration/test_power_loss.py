"""Kill -9 over every writing verb, with a power loss in half of the cases: nothing that was committed is lost."""

import random

import pytest

from tests.support.killed_processes import differences, processes
from tests.support.loading import fingerprints
from tests.support.power_loss import files_below, lose_power
from tests.support.text_lake import text_lake
from tests.support.writing_steps import plan, run_recorded, run_step
from warehouse.catalog.publish import connect, read_version
from warehouse.errors import UnknownDocumentError
from warehouse.upkeep.verify import verify

LONGEST_S = 0.6


def faults(lake):
    """What `verify` finds in the tables; these lakes keep no payloads."""
    with connect(lake) as connection:
        return [fault for fault in verify(lake, connection)[1] if not fault.path.startswith("raw/")]


def do(lake, step):
    """Take a step in this process; a verdict on a record that an undo removed is refused, which is right."""
    try:
        run_step(lake, step)
    except UnknownDocumentError:
        assert step[0] == "verdict"


def killed(lake, step, folder, chance):
    """Take a step in a process that is killed at random: whether it was killed, and how many files it lost."""
    log, before = folder / "synced", files_below(lake.root)
    log.unlink(missing_ok=True)
    process = processes.Process(target=run_recorded, args=(lake, step, log))
    process.start()
    process.join(chance.uniform(0, LONGEST_S))
    process.kill()
    process.join()
    lost = lose_power(lake.root, before, log) if process.exitcode == -9 and chance.random() < 0.5 else []
    return process.exitcode == -9, len(lost)


def survive(tmp_path, steps, kills_per_step, seed):
    """Take steps, each killed some times before it is done; a lake that was never killed must hold the same."""
    chance = random.Random(seed)
    texts = ["A man had anemia.", "Asthma and fever."]
    lake, reference = text_lake(tmp_path / "lake", texts), text_lake(tmp_path / "reference", texts)
    kills = lost = 0
    for step in plan(steps, seed):
        for _ in range(kills_per_step):
            committed = read_version(lake).number
            was_killed, emptied = killed(lake, step, tmp_path, chance)
            kills, lost = kills + was_killed, lost + emptied
            assert read_version(lake).number >= committed, step
            assert faults(lake) == [], step
        do(lake, step)
        do(reference, step)
        assert fingerprints(lake) == fingerprints(reference), step
    assert differences(lake) == []
    return kills, lost


@pytest.mark.timeout(120)
def test_steps_that_are_killed_and_lose_what_was_not_flushed(tmp_path):
    survive(tmp_path, steps=3, kills_per_step=1, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_five_hundred_kills_over_all_writing_verbs(tmp_path):
    kills, lost = survive(tmp_path, steps=250, kills_per_step=3, seed=2)
    assert kills >= 500
    assert lost > 0
