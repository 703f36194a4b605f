"""Everything that touches the outside world: sources over HTTP, settings, Prefect flows, reports and the command.

In come days of a source, files or an operator's command; out go versions of the lake, feeds, alerts and printed
answers. Start with `flows.collect` and `flows.ingest`, which follow the data through these modules:

    flows.sources, flows.http      windows of days -> responses, kept page by page until they are one payload
    flows.sources.local_files      or: a local file -> a payload in the lake's raw folder
    transforms.pubmed.parse ...    payload -> documents, deletions, and rejected records with their reasons
    transforms.annotation          documents -> mentions: which concept, where, affirmed or negated
    warehouse.commit.staging       all of it as a prepared unit, written outside the tables of the lake
    warehouse.commit.ingest        units -> record versions, articles, and changes of the counts
    warehouse.catalog.publish      the next catalog file replaces the current one in a single rename
    warehouse.queries              the catalog -> answers: count, timeline, evidence, rare
"""
