"""How the process of a run ends: without a screenful in its log.

Prefect keeps flows, and with them DuckDB's types, to the very end of the process, where DuckDB's binding lists them.
"""

import atexit
import os
import sys
from functools import cache

from prefect.runtime import flow_run


@cache
def ensure() -> None:
    """Let a process that a worker started for one run say nothing more once Python ends; others are left alone."""
    if flow_run.id:
        atexit.register(lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno()))
