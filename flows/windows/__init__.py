"""Windows of a collection or backfill: planned windows go in, prepared units and ledger entries come out.

Start with `collect_window`, which takes one window from request to prepared unit. `backfill_plan` chooses the windows
of a backfill, `backfill_run` runs them in parallel, and `locks` keeps two runs from collecting the same window.
"""
