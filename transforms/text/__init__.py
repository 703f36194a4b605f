"""Text of documents as numbers: tokens, sentences, phrase matching, normalised strings and section marks.

Comes in: a `documents` table (title, abstract, sections); goes out: arrays of tokens, sentences and phrase matches
that vocabulary, annotation, claims and duplicates work on. Start with `slices`, then `tokens` and `phrase_trie`.
"""
