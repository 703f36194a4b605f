"""Watches: saved queries of the watch file go in; Atom feeds and notifications about changed counts come out.

Start with `alerts`, which the flows call after each commit. `feeds` writes the Atom feeds, and `file` reads and edits
the watch file.
"""
