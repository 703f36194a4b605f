"""Speed and quality figures, each beside a peer's or a baseline's on the same work and in the same run.

In: the folder of real data. Out: JSON on stdout (`make bench`, `make quality`).
Start with `speed` and `quality.__main__`; `processes` measures CPU seconds and memory.
"""
