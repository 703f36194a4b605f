"""Pure transforms: bytes, text and Arrow tables in, Arrow tables out. No network, no disk, no clock, no Prefect.

One package per stage of the data: payloads are parsed (`pubmed`, `europepmc`, `web`), annotated with the concepts of a
`vocabulary`, joined to articles (`duplicates`), counted (`counting`) and judged (`statistics`, `claims`).
The public modules are `annotate`, `deduplicate`, `web_page`, `rarity`, `vocabulary` and `claims`.
"""
