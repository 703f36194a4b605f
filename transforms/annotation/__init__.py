"""Annotation: which concepts of a vocabulary a document mentions, where, and whether they are asserted.

Comes in: `documents` and a compiled vocabulary; goes out: `mentions`, with offsets, sentence, section and assertion.
Start with `annotate` (the steps), then `recognition` (which concepts) and `assertion` (present, negated, uncertain).
"""
