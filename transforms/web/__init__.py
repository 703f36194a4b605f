"""Web pages -> the article on them.

In: the bytes and the address of a page. Out: an `Extraction` with abstract, title, identifiers, date and journal, each
with how it was found, or a `Rejection` with its reason. Start with `page`, the cascade of steps.
"""
