"""Reads web pages of articles, HTML or plain text.

In: the bytes of a page and its address. Out: an `Extraction` or a `Rejection`, and a row of `documents`.
Start with `page.extract`, whose docstring lists the steps; `document` makes the row, `result` lists all reasons.
"""
