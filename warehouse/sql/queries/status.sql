-- One row: the size and state of the lake.
SELECT
    (SELECT lake.root FROM lake) AS lake,
    (SELECT lake.version FROM lake) AS version,
    (SELECT max(batches.committed_at) FROM batches) AS committed_at,
    (SELECT count(DISTINCT windows.payload) FROM windows) AS payloads,
    (
        SELECT count(*) FILTER (WHERE latest.state = 'failed')
        FROM (
            SELECT arg_max(windows.state, windows.batch) AS state
            FROM windows
            WHERE windows.state != 'withdrawn'
            GROUP BY windows.collector, windows.window_name, windows.query
        ) AS latest
    ) AS failed_windows,
    (SELECT coalesce(sum(windows.received), 0)::BIGINT FROM windows) AS received,
    (SELECT coalesce(sum(windows.kept), 0)::BIGINT FROM windows) AS kept,
    (SELECT coalesce(sum(windows.unchanged), 0)::BIGINT FROM windows) AS unchanged,
    (SELECT coalesce(sum(windows.superseded), 0)::BIGINT FROM windows) AS superseded,
    (SELECT coalesce(sum(windows.duplicates), 0)::BIGINT FROM windows) AS duplicates,
    (SELECT coalesce(sum(windows.rejected), 0)::BIGINT FROM windows) AS rejected,
    (SELECT count(*) FROM sightings) AS record_versions,
    (SELECT count(DISTINCT documents.document_id) FROM documents) AS documents,
    (SELECT count(*) FROM article_keys) AS articles,
    (SELECT count(*) FROM article_keys WHERE article_keys.retracted_on IS NOT NULL) AS retracted,
    (SELECT count(*) FROM deletions) AS deletions,
    (SELECT count(*) FROM mentions WHERE mentions.basis = 'text') AS mentions,
    (SELECT vocabularies.version FROM vocabularies ORDER BY vocabularies.batch DESC LIMIT 1) AS vocabulary_version,
    (
        SELECT list(editions.name ORDER BY editions.name ASC)
        FROM editions
        WHERE editions.batch = (SELECT max(latest.batch) FROM editions AS latest)
    ) AS editions,
    (SELECT count(*) FROM curations) AS curations,
    (SELECT vocabularies.counted FROM vocabularies ORDER BY vocabularies.batch DESC LIMIT 1) AS counted_concepts
