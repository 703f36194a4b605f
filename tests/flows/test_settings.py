"""Settings are described, and reach another process unchanged, whatever its working folder."""

from pathlib import Path

import pytest

from flows.settings import Settings


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch, tmp_path):
    import os

    for name in list(os.environ):
        if name.startswith(("HOOFBEATS_", "NCBI_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_settings_reach_another_process(monkeypatch, tmp_path):
    (tmp_path / "hoofbeats.toml").write_text('email = "me@example.org"\nworkers = 7\npages = "pages.txt"\n')
    (tmp_path / "pages.txt").touch()
    monkeypatch.setenv("NCBI_API_KEY", "a secret")
    monkeypatch.setenv("HOOFBEATS_OPERATOR_BLOCKS", "slack-webhook/lab email/operator")
    original, environment = Settings(), Settings().as_environment()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.delenv("NCBI_API_KEY")
    monkeypatch.chdir(elsewhere)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    there = Settings()
    assert there.model_dump(exclude={"lake", "pages"}) == original.model_dump(exclude={"lake", "pages"})
    assert there.ncbi_api_key.get_secret_value() == "a secret"
    assert there.lake == tmp_path.resolve() / "lake"
    assert Path(there.pages) == tmp_path.resolve() / "pages.txt"


def test_a_feed_url_is_not_made_a_path():
    assert Settings(pages="https://example.org/feed.xml").as_environment()["HOOFBEATS_PAGES"].startswith("https://")


@pytest.mark.parametrize("wrong", ["slack", "slack/a/b", "/a", "a/", "a/b  c/d"])
def test_blocks_are_named_by_type_and_name(wrong):
    with pytest.raises(ValueError, match="operator_blocks"):
        Settings(operator_blocks=wrong)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described_in_a_sentence(name):
    description = Settings.model_fields[name].description
    assert description[0].isupper()
    assert description.endswith(".")
