"""The `hoofbeats` command: one module per verb or group of verbs, options they share, and what they print."""
