"""Unattended operation: settings and prefect.yaml go in; a running server, schedules and a health report come out.

`serving` starts and stops everything for `hoofbeats up`; `deployments` and `automations` define what it deploys, and
`processes` starts its child processes. `doctor` and `checks` are behind `hoofbeats doctor`. Start with `serving`.
"""
