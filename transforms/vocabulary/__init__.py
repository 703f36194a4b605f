"""The vocabulary: concepts, their names and hierarchy, compiled for matching.

In: MeSH, OBO or custom list files. Out: the tables concepts, concept_names and concept_ancestors, and from these a
`Vocabulary` that annotation matches with. Start with `compiled`; `files` reads a file of any kind.
"""

from transforms.vocabulary.compiled import Vocabulary, build

__all__ = ["Vocabulary", "build"]
