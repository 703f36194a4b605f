"""Upkeep of a lake: compaction, garbage collection, audit, and verification of its files.

In: a lake, or a connection to one of its versions. Out: a smaller lake, or a list of differences and faults.
Start with `maintain.py`, which runs what is due regularly; `audit.py` recounts everything.
"""
