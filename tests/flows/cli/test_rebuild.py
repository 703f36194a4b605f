"""A rebuild goes on past what it cannot repeat, says so, and can be run again after an interruption."""

import pytest

from flows.cli import rebuild
from flows.settings import Settings
from tests.support.loading import load_files, query
from tests.support.pubmed_samples import article, payload
from warehouse.errors import LakeError
from warehouse.lake import Lake
from warehouse.revision.record_verdicts import record_verdict
from warehouse.revision.undo import undo


@pytest.fixture
def run(lake, tmp_path, monkeypatch):
    """The rebuild of a lake into `new`, without Prefect."""
    monkeypatch.setattr(
        rebuild, "run_ingest", lambda files, settings, as_json: load_files(Lake.at(settings.lake), *files)
    )
    return lambda: rebuild.run_rebuild(Settings(lake=lake.root), tmp_path / "new", as_json=False)


@pytest.fixture
def files(lake, tmp_path):
    """Three files, each loaded by a commit of its own."""
    paths = []
    for pmid in (1, 2, 3):
        paths.append(tmp_path / f"{pmid}.xml")
        paths[-1].write_bytes(payload(article(pmid)))
        load_files(lake, paths[-1])
    return paths


def pmids(lake):
    return [pmid for (pmid,) in query(lake, "SELECT pmid FROM documents ORDER BY pmid")]


def test_a_verdict_on_a_withdrawn_record_is_left_out(lake, files, run, tmp_path, capsys):
    record_verdict(lake, ("pubmed:1", "pubmed:2"), same=True, said_by="anna")
    record_verdict(lake, ("pubmed:1", "pubmed:3"), same=False, said_by="ben")
    [(batch,)] = query(lake, "SELECT batch FROM windows WHERE name = '2.xml'")
    undo(lake, batch)
    run()
    new = Lake.at(tmp_path / "new")
    assert pmids(new) == [1, 3]
    assert query(new, "SELECT said_by FROM verdicts") == [("ben",)]
    assert "left out: the verdict of anna on pubmed:1 and pubmed:2" in capsys.readouterr().err
    with pytest.raises(LakeError, match="is not empty"):
        run()


def test_missing_and_damaged_payloads_are_left_out_until_they_are_back(lake, files, run, tmp_path, capsys):
    record_verdict(lake, ("pubmed:1", "pubmed:3"), same=False, said_by="ben")
    kept = {name: lake.root / path for name, path in query(lake, "SELECT name, payload FROM windows")}
    contents = {name: path.read_bytes() for name, path in kept.items()}
    kept["1.xml"].unlink()
    kept["2.xml"].write_bytes(contents["2.xml"].replace(b">2<", b">7<"))
    with pytest.raises(LakeError, match=r"lacks 2 payloads, 1\.xml first"):
        run()
    new = Lake.at(tmp_path / "new")
    assert pmids(new) == [3]
    errors = capsys.readouterr().err
    assert f"{kept['1.xml']}: No such file" in errors
    assert f"{kept['2.xml']}: its content is not what was loaded" in errors
    for name, path in kept.items():
        path.write_bytes(contents[name])
    run()
    assert pmids(new) == [1, 2, 3]
    assert query(new, "SELECT said_by FROM verdicts") == [("ben",)]


def test_an_interrupted_rebuild_goes_on(lake, files, run, tmp_path, monkeypatch):
    record_verdict(lake, ("pubmed:1", "pubmed:2"), same=True, said_by="anna")
    record_verdict(lake, ("pubmed:1", "pubmed:3"), same=False, said_by="ben")
    recorded = []

    def interrupted(new, documents, **verdict):
        if recorded:
            raise KeyboardInterrupt
        recorded.append(record_verdict(new, documents, **verdict))

    monkeypatch.setattr(rebuild, "record_verdict", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.setattr(rebuild, "record_verdict", record_verdict)
    run()
    new = Lake.at(tmp_path / "new")
    assert query(new, "SELECT said_by FROM verdicts ORDER BY said_by") == [("anna",), ("ben",)]
    assert query(new, "SELECT count(*) FROM windows") == [(3,)]
