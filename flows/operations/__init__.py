"""Running Hoofbeats unattended: deployments, automations, what a run reports, and what an operator asks.

reconciliation, volume     judge rows of the ledger; pure
artifacts                  a run's table, progress and reconciliation, in Prefect's UI
deployments, automations   what is scheduled, and what happens to runs that fail, are late, crash or fall silent
serving, processes         `hoofbeats up`
checks, doctor             `hoofbeats doctor`
"""
