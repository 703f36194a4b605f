-- The articles listed for the claims of some articles, with the sentence that affirms the whole combination.
SELECT
    claim_matches.article_id,
    claim_matches.start,
    claim_matches.number,
    claim_matches.place,
    claim_matches.matched_id,
    claim_matches.entered_on,
    articles.pmid,
    articles.year,
    articles.title,
    substring(
        documents.title || ' ' || coalesce(documents.abstract, ''),
        claim_matches.sentence_start + 1,
        claim_matches.sentence_end - claim_matches.sentence_start
    ) AS sentence_text
FROM claim_matches
INNER JOIN articles ON articles.article_id = claim_matches.matched_id
LEFT JOIN documents
    ON
        documents.article_id = claim_matches.matched_id
        AND documents.document_id = claim_matches.matched_document_id
        AND documents.is_current
WHERE list_contains($articles, claim_matches.article_id)
ORDER BY
    claim_matches.article_id ASC,
    claim_matches.start ASC,
    claim_matches.number ASC,
    list_position(['earlier', 'scattered', 'too_late', 'undated'], claim_matches.place) ASC,
    claim_matches.entered_on ASC NULLS LAST,
    claim_matches.matched_id ASC
