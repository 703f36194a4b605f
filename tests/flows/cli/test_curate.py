"""The verbs by which a person overrules the annotation."""

import json
import sys

import pytest

from flows.cli.app import main
from tests.support.text_lake import stored_mentions, text_lake
from warehouse.catalog.publish import connect


@pytest.fixture
def lake(tmp_path):
    return text_lake(tmp_path, ["Anemia with fever.", "Fever alone."])


@pytest.fixture
def curate(lake, monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["hoofbeats", "curate", *arguments, "--lake", str(lake.root), "--json"])
        with pytest.raises(SystemExit) as raised:
            main()
        captured = capsys.readouterr()
        return (raised.value.code or 0), json.loads(captured.out or captured.err)

    return run


def mentioned(lake):
    with connect(lake) as connection:
        return {(document, concept) for document, concept, *_ in stored_mentions(connection)}


def test_a_mention_a_name_the_list_and_taking_back(lake, curate):
    before = mentioned(lake)
    assert curate("mention", "1", "T:1", "anemia", "--verdict", "wrong", "--by", "A. Reader") == (0, {"version": 3})
    assert curate("name", "fever", "--by", "A. Reader", "--note", "not here") == (0, {"version": 4})
    assert mentioned(lake) == set()
    code, listed = curate("list")
    assert code == 0
    assert [(row["number"], row["verdict"], row["author"]) for row in listed] == [
        (1, "wrong", "A. Reader"),
        (2, "never", "A. Reader"),
    ]
    assert all(row["decided_on"] for row in listed)
    assert [curate("withdraw", number)[0] for number in ("2", "1")] == [0, 0]
    assert mentioned(lake) == before


def test_what_is_on_nothing_fails_and_says_what_to_do(curate):
    code, error = curate("mention", "1", "T:2", "asthma", "--verdict", "wrong")
    assert code == 1
    assert "does not mention" in error["error"]
    assert error["hint"]
    assert curate("withdraw", "7")[0] == 1
