"""Keep Prefect quiet in the verbs that run flows: no telemetry, warnings only, failures left to the verb.

Prefect reads these settings when it is imported, so a verb calls `quieten_prefect` before it imports a flow.
"""

import logging
import os
from functools import cache

from flows import terminal
from flows.process_setup import RUN_LOGGERS, silence_exit

QUIET_PREFECT = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}


@cache
def quieten_prefect() -> None:
    """Set Prefect's environment for this process, once."""
    for name, value in QUIET_PREFECT.items():
        os.environ.setdefault(name, value)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    for name in RUN_LOGGERS:
        logging.getLogger(name).addFilter(is_no_failure)
    silence_exit()  # registered before Prefect's own exit handlers, so that it runs after them
    terminal.note("starting Prefect ...")


def is_no_failure(record: logging.LogRecord) -> bool:
    """Return False for Prefect's reports of a failed run, with or without traceback. A logging filter.

    The verb that runs the flow gets the exception itself, and prints it once.
    """
    return not (record.exc_info or str(record.msg).startswith("Finished in state"))


def quieten_retries() -> None:
    """Log no request that is tried again: the ledger has the reason of the last attempt, and the verb prints it."""
    logging.getLogger("stamina").setLevel(logging.ERROR)


def leave_failures_to_the_verb() -> None:
    """Let no library log anything but a crash: for verbs that run no flow, and print what they find themselves."""
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    quieten_retries()
