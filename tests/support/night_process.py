"""Run one night in a separate process that can be killed.

python -m tests.support.night_process steps|flows NIGHT LAST

'steps': by the flows' own steps. 'flows': as flow runs of the Prefect server in force, at the time of that night.
"""

import datetime as dt
import sys

from flows.settings import Settings
from flows.sources import base
from tests.support.nights import BEGIN, MAINTAINED_EACH, run_night, sources_of, span_of


def run_flows(night, last):
    """Run each flow as its deployment does. The clock is replaced before the flows import it by name."""
    day = BEGIN + dt.timedelta(days=night)
    base.utc_now = lambda: dt.datetime.combine(day, dt.time(23, 30), dt.UTC)
    from flows.collect import collect
    from flows.maintain import maintain

    for source in sources_of(night, last):
        collect(source, days=(day - span_of(source, day).since).days)
    if night % MAINTAINED_EACH == 0:
        maintain()


def main(how, night, last):
    if how == "flows":
        run_flows(int(night), int(last))
    else:
        run_night(int(night), int(last), Settings())


main(*sys.argv[1:])
