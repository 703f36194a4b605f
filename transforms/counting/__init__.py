"""Counting: mentions -> concepts of articles -> pairs and counts.

In: current documents and their mentions. Out: `article_concepts`, and counts by year and basis as signed differences.
Start with `cooccurrence`; `pairs` is the dense numpy core, `filters` declares what narrows a count.
"""
