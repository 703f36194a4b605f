"""Queries on a lake that take more than one statement of sql/queries.

In: a connection to a version, terms and filters. Out: rows as dictionaries.
Start with `combinations.py`; `version_diff.py` compares two versions.
"""
