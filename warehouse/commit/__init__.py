"""Commits: prepared payloads become the next version of a lake, all of them or none.

In: units, the payloads as parsed and annotated in the staging folder. Out: new segments and a published version.
Start with `ingest.py`; `article_rewrite.py` has the steps that all commits which change articles share.
"""
