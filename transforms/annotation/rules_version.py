"""The version of the annotation rules and word lists: texts annotated with another version are annotated again."""

import hashlib
from functools import cache
from importlib.resources import files

RULE_FILES = ("assertion_cues.toml", "check_tags.toml", "name_rules.toml", "word_forms.toml")
"""The rule files that annotation depends on, besides the vocabulary and the curators' verdicts."""

_CODE_VERSION = "1"
"""To be incremented when a change of the code changes the mentions; changes of the rule files are detected."""


def annotation_version(vocabulary_version: str) -> str:
    """The version of the annotation that a vocabulary version and the current rules produce together.

    Stored with each batch; a batch with another value has to be annotated again.
    """
    return hashlib.blake2b(f"{vocabulary_version} {rules_version()}".encode(), digest_size=16).hexdigest()


@cache
def rules_version() -> str:
    """BLAKE2b-64 over the rule files and the version of the code, in hexadecimal."""
    digest = hashlib.blake2b(_CODE_VERSION.encode(), digest_size=8)
    for name in RULE_FILES:
        digest.update(files("transforms.rules").joinpath(name).read_bytes())
    return digest.hexdigest()
