"""The catalog: a DuckDB file that names the Parquet segments of one version, with views, macros and comments.

In: the small tables of a version and the segments written for it. Out: a published version, and connections to it.
Start with `publish.py`; `schema.py` declares tables and views, `file.py` writes the DuckDB file.
"""
