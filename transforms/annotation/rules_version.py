"""Which rules and word lists texts are annotated by: what is prepared by one of them is prepared anew by another."""

import hashlib
from functools import cache
from importlib.resources import files

RULE_FILES = ("assertion_cues.toml", "check_tags.toml", "name_rules.toml", "word_forms.toml")
"""The data that annotation goes by, beside the vocabulary and people's verdicts."""

_CODE = "1"
"""Counted up when a change of the code changes what is annotated; the data need no counting."""


def annotation_version(vocabulary_version: str) -> str:
    """The version of a vocabulary together with these rules: what is annotated by one is not annotated by another."""
    return hashlib.blake2b(f"{vocabulary_version} {rules_version()}".encode(), digest_size=16).hexdigest()


@cache
def rules_version() -> str:
    """BLAKE2b-64 over the rule files and the number of the code's rules."""
    digest = hashlib.blake2b(_CODE.encode(), digest_size=8)
    for name in RULE_FILES:
        digest.update(files("transforms.rules").joinpath(name).read_bytes())
    return digest.hexdigest()
