"""What the verbs print: counts, claims, the state of a lake and what it covers, the rows of a query.

In: rows of the queries of a lake. Out: lines, tables and JSON on stdout.
"""
