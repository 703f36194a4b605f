"""The tables of a lake: how they are declared, stored and committed, and the SQL that analysts use.

Prepared payloads (Parquet files in a staging folder) come in; a catalog of tables, views and macros goes out.
Start with `lake.py` (the folder), `catalog/publish.py` (versions) and `commit/ingest.py` (a commit).
"""
