"""A vocabulary replaced in a lake with articles gives the same lake as if loaded from the start."""

import re

import pytest

from flows.demo_literature.literature import literature, mesh
from flows.prepare.payload import prepare
from flows.sources import local_files
from tests.support.loading import fingerprints, lake_with_vocabulary, load_files, query
from warehouse.catalog.publish import connect, read_version
from warehouse.commit.ingest import commit, vocabulary_version
from warehouse.errors import VocabularyChangedError
from warehouse.upkeep.audit import audit

WITHOUT = re.sub(
    rb"<DescriptorRecord[^>]*>\s*<DescriptorUI>D006411</DescriptorUI>.*?</DescriptorRecord>", b"", mesh(), flags=re.S
)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "mesh.xml").write_bytes(mesh())
    (tmp_path / "without.xml").write_bytes(WITHOUT)
    for name, content in literature().files:
        (tmp_path / name).write_bytes(content)
    return [tmp_path / name for name, _ in literature().files]


def test_the_lake_is_annotated_anew(files, tmp_path):
    assert len(WITHOUT) < len(mesh())
    lake = lake_with_vocabulary(tmp_path / "lake", tmp_path / "without.xml")
    load_files(lake, *files[:2])
    assert query(lake, "SELECT count(*) FROM mentions WHERE concept_id = 'MESH:D006411'") == [(0,)]
    before = read_version(lake).number
    lake_with_vocabulary(lake.root, tmp_path / "mesh.xml")
    assert read_version(lake).number == before + 1
    load_files(lake, files[2])
    reference = lake_with_vocabulary(tmp_path / "reference", tmp_path / "mesh.xml")
    load_files(reference, *files)
    assert fingerprints(lake) == fingerprints(reference)
    assert query(lake, "SELECT count(*) > 0 FROM mentions WHERE concept_id = 'MESH:D006411'") == [(True,)]
    with connect(lake) as connection:
        assert audit(connection) == []
    lake_with_vocabulary(lake.root, tmp_path / "mesh.xml")
    assert read_version(lake).number == before + 2, "the vocabulary in force changes nothing"


def test_units_of_an_old_vocabulary_are_not_committed(files, tmp_path):
    lake = lake_with_vocabulary(tmp_path / "lake", tmp_path / "without.xml")
    payload = local_files.describe_file(lake, files[0])
    local_files.copy_into_lake(lake, files[0], payload)
    old = vocabulary_version(read_version(lake))
    made = prepare(lake, payload, old)
    lake_with_vocabulary(lake.root, tmp_path / "mesh.xml")
    with pytest.raises(VocabularyChangedError, match=payload.name):
        commit(lake, [made])
    made.discard()
    with pytest.raises(VocabularyChangedError):
        prepare(lake, payload, f"{old}?")
    assert commit(lake, [prepare(lake, payload, vocabulary_version(read_version(lake)))])
