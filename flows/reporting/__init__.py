"""Reports of flow runs: ledger rows go in; reconciliations, alarms and Prefect artifacts come out.

Start with `artifacts`, which a flow calls at its end. `reconciliation` checks that every record is accounted for, and
`volume_alarms` that a source had as many records as usual; both are pure functions of ledger rows.
"""
