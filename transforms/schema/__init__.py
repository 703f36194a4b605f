"""The schema of every table, declared once: columns with type, unit and meaning, grain, and sort order.

In: nothing. Out: `Table` objects, from which Parquet segments, views, catalog comments and the data dictionary derive.
Start with `table.Table` and `records.DOCUMENTS`; `tables.SEGMENT_TABLES` lists all stored tables.
"""
