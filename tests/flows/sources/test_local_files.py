"""Files copied into a lake: only what has the digest of the payload is trusted."""

import pytest

from flows.sources import local_files
from flows.sources.local_files import UnreadableFileError, copy_into_lake, describe_file, repair_copy
from tests.support.pubmed_samples import article, payload
from warehouse.lake import Lake

CONTENT = payload(article(1), article(2))


@pytest.fixture
def lake(tmp_path):
    (tmp_path / "lake").mkdir()
    return Lake(tmp_path / "lake")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "two.xml"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("damaged", [b"", CONTENT[:100], bytes(len(CONTENT)), CONTENT.replace(b">1<", b">7<")])
def test_a_damaged_file_in_the_lake_is_replaced_by_the_original(lake, file, damaged):
    described = describe_file(lake, file)
    kept = lake.root / described.path
    kept.parent.mkdir(parents=True)
    kept.write_bytes(damaged)
    assert copy_into_lake(lake, file, described).read_bytes() == CONTENT
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_the_copy_of_a_loaded_file_is_repaired_but_not_made_anew(lake, file):
    described = describe_file(lake, file)
    repair_copy(lake, file, described)
    kept = lake.root / described.path
    assert not kept.exists()
    copy_into_lake(lake, file, described)
    kept.write_bytes(CONTENT[:50])
    repair_copy(lake, file, described)
    assert kept.read_bytes() == CONTENT


def test_a_sound_file_in_the_lake_is_not_written_again(lake, file):
    described = describe_file(lake, file)
    kept = copy_into_lake(lake, file, described)
    written = kept.stat().st_ino
    assert copy_into_lake(lake, file, described).stat().st_ino == written


def test_a_file_replaced_after_it_was_hashed_is_refused(lake, file):
    described = describe_file(lake, file)
    file.write_bytes(payload(article(3)))
    with pytest.raises(UnreadableFileError, match=r"two\.xml: it was changed or replaced while it was read"):
        copy_into_lake(lake, file, described)
    assert list((lake.root / described.path).parent.iterdir()) == []


def test_a_copy_that_fails_leaves_no_part(lake, file, monkeypatch):
    described = describe_file(lake, file)

    def fill_the_disk(source, target):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(local_files.shutil, "copyfile", fill_the_disk)
    with pytest.raises(OSError, match="No space"):
        copy_into_lake(lake, file, described)
    assert list((lake.root / described.path).parent.iterdir()) == []
