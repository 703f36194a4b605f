from pathlib import Path

import transforms
from transforms.annotation import rules_version


def test_the_version_covers_the_code_and_every_rule_file(monkeypatch):
    present = {path.name for path in (Path(transforms.__file__).parent / "rules").glob("*.toml")}
    assert set(rules_version.RULE_FILES) <= present
    before = rules_version.rules_version()
    monkeypatch.setattr(rules_version, "_CODE_VERSION", "another")
    rules_version.rules_version.cache_clear()
    assert rules_version.rules_version() != before
    rules_version.rules_version.cache_clear()
