"""Derived tables: computed from a whole lake and stored, because a view would be too slow or needs all rows at once.

In: a version of the lake. Out: the tables claim_audit, claim_matches, rare_tests and watch_counts, committed as new
versions. Start with `refresh`, which replaces a set of derived tables; `claim_audit` and `rare_pairs` compute them.
"""
