-- The claims of preferred documents, notices left out, with the day their paper entered the sources. A web page is
-- fetched long after its paper appeared, so an article that only the web has counts from the day it was published; a
-- record without any date counts from the day it was loaded.
WITH loaded AS (
    SELECT
        sightings.document_id,
        min(CAST(batches.committed_at AT TIME ZONE 'UTC' AS DATE)) AS loaded_on
    FROM sightings
    INNER JOIN batches ON batches.batch = sightings.batch
    SEMI JOIN claims ON claims.document_id = sightings.document_id
    GROUP BY sightings.document_id
)
SELECT
    claims.* EXCLUDE (batch, start_offset, end_offset),
    articles.received_on,
    coalesce(
        CASE
            WHEN articles.sources = ['web'] THEN least(articles.entered_on, articles.published_on)
            ELSE articles.entered_on
        END,
        loaded.loaded_on
    ) AS entered_on,
    CASE WHEN len(articles.publication_types) > 0 THEN articles.is_case_report END AS is_case_report
FROM claims
INNER JOIN articles ON articles.article_id = claims.article_id AND articles.document_id = claims.document_id
LEFT JOIN loaded ON loaded.document_id = claims.document_id
WHERE NOT articles.is_notice
ORDER BY claims.article_id ASC, claims.document_id ASC, claims.start ASC, claims.number ASC
