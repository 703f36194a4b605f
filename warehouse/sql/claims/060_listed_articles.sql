-- The articles to show for claims (`listed`: rows of claim_matches) with their title, year and the text of the
-- sentence that affirms the whole combination, ordered by claim and kind of match.
SELECT
    listed.article_id,
    listed.start,
    listed.number,
    listed.place,
    listed.matched_id,
    listed.entered_on,
    articles.pmid,
    articles.doi,
    articles.year,
    articles.title,
    substring(
        documents.title || ' ' || coalesce(documents.abstract, ''),
        listed.sentence_start + 1,
        listed.sentence_end - listed.sentence_start
    ) AS sentence_text
FROM listed
INNER JOIN articles ON articles.article_id = listed.matched_id
LEFT JOIN documents
    ON
        documents.article_id = listed.matched_id
        AND documents.document_id = listed.matched_document_id
        AND documents.is_current
ORDER BY
    listed.article_id ASC,
    listed.start ASC,
    listed.number ASC,
    list_position(['earlier', 'scattered', 'too_late', 'undated'], listed.place) ASC,
    listed.entered_on ASC NULLS LAST,
    listed.matched_id ASC
