-- The claims of preferred documents, with what their papers' dates allow.
SELECT
    claims.* EXCLUDE (batch),
    articles.received_on,
    articles.entered_on,
    CASE WHEN len(articles.publication_types) > 0 THEN articles.is_case_report END AS is_case_report
FROM claims
INNER JOIN articles ON articles.article_id = claims.article_id AND articles.document_id = claims.document_id
WHERE NOT articles.is_notice
ORDER BY claims.article_id ASC, claims.document_id ASC, claims.start ASC, claims.number ASC
