"""What the readers of all sources share.

In: the raw bytes and the name of a payload. Out: decompressed chunks, its source, versions of its records.
Start with `parsed.ParsedBatch`, what every reader yields; `record_versions` explains the order of versions.
"""
