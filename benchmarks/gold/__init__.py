"""What the quality parts share.

In: labelled files and found results. Out: gold documents, scores, and the mentions of a plain dictionary as a baseline.
Start with `pubtator.read_pubtator` and `scores.score_sets`.
"""
