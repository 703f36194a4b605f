"""Statistics of small co-occurrence counts.

Comes in: numbers of articles (observed, with each concept, in the population), as numpy or Arrow arrays.
Goes out: expected counts, association measures, intervals and p values, as arrays of doubles.
Start with `transforms.rarity`, the public module; `association` defines the counts that every function takes.
"""
