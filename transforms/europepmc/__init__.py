"""Reads Europe PMC's JSON.

In: payloads of the search service, or dumps of its records. Out: rows of `documents` and `rejected`.
Start with `parse.parse`; `record` maps one record to columns, `search_page` reads the paging of the search service.
"""
