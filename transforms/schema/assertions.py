"""What can be said of a mention."""

ASSERTIONS = ("present", "negated", "other", "uncertain")
"""What can be said of a mention; `assess` returns positions in this."""
