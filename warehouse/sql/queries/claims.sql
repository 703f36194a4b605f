-- One row per audited claim with its article and its text, contradicted claims first. $kind, $verdict and $article
-- restrict them, unless NULL.
SELECT
    claim_audit.* EXCLUDE (batch),
    claim_audit.batch AS version,
    claims.hedged,
    articles.pmid,
    articles.doi,
    articles.year,
    articles.title,
    substring(
        articles.title || ' ' || coalesce(articles.abstract, ''), claims.start + 1, claims."end" - claims.start
    ) AS sentence_text,
    substring(
        articles.title || ' ' || coalesce(articles.abstract, ''),
        claims.scope_start + 1,
        claims.scope_end - claims.scope_start
    ) AS claimed_text
FROM claim_audit
INNER JOIN claims
    ON
        claims.article_id = claim_audit.article_id
        AND claims.document_id = claim_audit.document_id
        AND claims.start = claim_audit.start
        AND claims.number = claim_audit.number
INNER JOIN articles ON articles.article_id = claim_audit.article_id AND articles.document_id = claim_audit.document_id
WHERE
    ($kind IS NULL OR claim_audit.kind = $kind)
    AND ($verdict IS NULL OR claim_audit.verdict = $verdict)
    AND ($article IS NULL OR claim_audit.article_id IN (SELECT selected.article_id FROM article($article) AS selected))
ORDER BY
    list_position(['contradicted', 'not contradicted', 'not decidable'], claim_audit.verdict) ASC,
    claim_audit.known_until DESC NULLS LAST,
    claim_audit.article_id ASC,
    claim_audit.start ASC,
    claim_audit.number ASC
LIMIT $limit
