"""Sources of records: a span of days goes in, payloads in the lake's raw folder come out.

Start with `base`, which defines the steps of every source; each source is a small module of that shape. A payload is
kept in `pending_payload` until it is complete; `local_files` takes in files named by an operator instead.
"""
