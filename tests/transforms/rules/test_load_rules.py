"""Every rule file is found by its name and parsed once."""

from importlib.resources import files

import pytest

from transforms.rules import load_rules

NAMES = sorted(path.name.removesuffix(".toml") for path in files("transforms.rules").iterdir() if ".toml" in path.name)


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_file_is_loaded_once(name):
    rules = load_rules(name)
    assert rules
    assert load_rules(name) is rules


def test_an_unknown_name_raises():
    with pytest.raises(FileNotFoundError):
        load_rules("no_such_rules")
