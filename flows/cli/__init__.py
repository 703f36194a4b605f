"""The `hoofbeats` command.

In: the words of a command line. Out: data on stdout, as tables for people or as JSON, and an exit code.
Start with `app`, which assembles the verbs; each stands in the module named after it, shared options in `options`.
"""
