"""Files of a lake that are cut, flipped, emptied or missing: found, and never a reason to lose anything else."""

import random
import shutil

import duckdb
import pyarrow as pa
import pytest

from tests.support.killed_processes import differences
from tests.support.loading import fingerprints
from tests.support.text_lake import stage_texts, text_lake
from tests.support.writing_steps import TEXTS, plan, run_step
from warehouse.catalog.publish import connect
from warehouse.commit.ingest import commit
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.upkeep.maintain import maintain_lake
from warehouse.upkeep.recovery import recover
from warehouse.upkeep.verify import verify

REFUSALS = (LakeError, duckdb.Error, pa.ArrowException, OSError)
"""What a verb may end in where a file is damaged."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A lake with eight commits of several kinds."""
    lake = text_lake(tmp_path_factory.mktemp("sound") / "lake", ["A man had anemia.", "Asthma and fever."])
    for step in plan(6, seed=5):
        if step[0] != "verdict":
            run_step(lake, step)
    return lake


def damaged(path, chance):
    """Cut, flip, empty or remove a file; returns what was done."""
    content = path.read_bytes()
    kind = chance.choice(("cut", "flipped", "emptied", "missing"))
    if kind == "missing":
        path.unlink()
    elif kind == "emptied":
        path.write_bytes(b"")
    elif kind == "cut":
        path.write_bytes(content[: chance.randrange(len(content))])
    else:
        at = chance.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :])
    return kind


def is_found(lake):
    """Whether a verb, `verify` or an audit notices that something is wrong."""
    try:
        with connect(lake) as connection:
            faults = [fault for fault in verify(lake, connection)[1] if not fault.path.startswith("raw/")]
            return bool(faults) or bool(differences(lake))
    except REFUSALS:
        return True


def attempt(action, *arguments):
    try:
        action(*arguments)
    except REFUSALS:
        return False
    return True


def survive_damage(sound, folder, count, seed):
    """Damage one file at a time, let writers run, put the file back: nothing else may be gone."""
    chance = random.Random(seed)
    found = 0
    for number in range(count):
        lake = Lake.at(folder / f"lake-{number}")
        shutil.copytree(sound.root, lake.root)
        attempt(maintain_lake, lake)  # a copy is made at home in its folder
        before = {path: path.read_bytes() for part in (lake.tables, lake.history) for path in part.rglob("*.*")}
        path = chance.choice([*before, lake.catalog])
        original, kind = path.read_bytes(), damaged(path, chance)
        noticed = is_found(lake)
        found += noticed
        unit = stage_texts(sound, f"late-{number}", {90: TEXTS[0]})
        attempt(commit, lake, [unit])
        attempt(maintain_lake, lake)
        gone = [each for each in before if each != path and not each.exists() and not set_aside(lake, each)]
        assert not gone, (number, kind, path, gone)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(original)
        attempt(recover, lake)
        with connect(lake) as connection:
            assert verify(lake, connection)[1] is not None
            [[documents]] = connection.execute("SELECT count(*) FROM documents").fetchall()
        assert documents >= fingerprints(sound)["documents"][0][0], (number, kind, path)
        assert noticed or path.parent == lake.history or (kind == "flipped" and path == lake.catalog), (kind, path)
        shutil.rmtree(lake.root)
    return found


def set_aside(lake, path):
    """Whether a catalog of the history was renamed instead of removed."""
    return path.parent == lake.history and any(lake.history.glob("set-aside-*"))


@pytest.mark.timeout(200)
def test_some_damaged_files(sound, tmp_path):
    assert survive_damage(sound, tmp_path, count=2, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_three_hundred_damaged_files(sound, tmp_path):
    assert survive_damage(sound, tmp_path, count=300, seed=2) > 200
