"""Settings are described, and reach another process unchanged, whatever its working folder."""

import traceback
from pathlib import Path

import pytest

from flows.errors import SettingsError
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


SECRET = "5ecre7-0123456789"


def refused(monkeypatch, tmp_path, text="", **variables):
    (tmp_path / "hoofbeats.toml").write_text(text)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        Settings()
    assert raised.value.hint
    assert raised.value.__cause__ is None
    assert SECRET not in "".join(traceback.format_exception(raised.value))
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f'ncbi_apikey = "{SECRET}"', ["there is no setting 'ncbi_apikey'", "the nearest is ncbi_api_key"]),
        (f'europepmc_ulr = "https://me:{SECRET}@example.org/"', ["'europepmc_ulr'", "the nearest is europepmc_url"]),
        ("qqq = 1", ["there is no setting 'qqq'"]),
        ('workers = "many"', ["the value of workers = 'many' is wrong", "integer"]),
        ('runner = "thread"', ["runner = 'thread'", "the nearest is 'threads'"]),
        ('allow_private_addresses = "ture"', ["the nearest is 'true'"]),
        ('ncbi_api_key = ["5ecre7-0123456789"]', ["ncbi_api_key"]),
        ("workers = \nemail = 1", ["is no TOML file", "line 1"]),
    ],
)
def test_a_fault_in_the_file_names_the_file_the_setting_and_the_nearest_one(monkeypatch, tmp_path, text, wanted):
    message = refused(monkeypatch, tmp_path, text)
    assert message.startswith(str(tmp_path / "hoofbeats.toml"))
    for part in wanted:
        assert part in message


def test_a_fault_in_a_variable_names_the_variable(monkeypatch, tmp_path):
    assert "HOOFBEATS_WORKERS: the value of workers = '0'" in refused(monkeypatch, tmp_path, HOOFBEATS_WORKERS="0")


def test_a_misspelt_variable_is_an_error_and_an_unrelated_one_is_not(monkeypatch, tmp_path):
    monkeypatch.setenv("HOOFBEATS_HOME", "/opt/hoofbeats")
    monkeypatch.setenv("HOOFBEATS_SOMETHING_ELSE", "1")
    Settings()
    message = refused(monkeypatch, tmp_path, HOOFBEATS_NCBI_APIKEY=SECRET)
    assert "HOOFBEATS_NCBI_APIKEY is no setting; the nearest is HOOFBEATS_NCBI_API_KEY" in message
