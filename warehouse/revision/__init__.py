"""Commits that revise what is stored: vocabulary loads, manual verdicts and undo.

In: a vocabulary, a verdict or the number of a batch. Out: a published version in which articles and counts follow.
Start with `reprocess.py`, which re-evaluates stored records; the other modules say which records and by what.
"""
