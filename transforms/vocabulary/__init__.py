"""Vocabulary."""

from transforms.vocabulary.compiled import Vocabulary, build

__all__ = ["Vocabulary", "build"]
