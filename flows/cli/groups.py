"""The groups of verbs in `hoofbeats --help`, in the order in which a new lake needs them."""

LOAD = "Load and collect"
READ = "Ask"
CLAIM = "Claims and rarity"
CURATE = "Correct and watch"
OPERATE = "Operate"
