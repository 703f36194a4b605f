"""Reads PubMed's XML, and the listings and search answers that lead to it.

In: payloads (files of the baseline and updates, efetch answers). Out: rows of `documents`, `deletions` and `rejected`.
Start with `parse.parse`: `slices` cuts a payload into records, `tag_index` finds tags, `records` reads the columns.
"""
