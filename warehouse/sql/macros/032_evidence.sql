CREATE MACRO evidence(groups, {filter_parameters}) AS TABLE
WITH matched AS (
    SELECT article_id
    FROM matching_articles(groups, {filter_arguments})
)
SELECT
    articles.article_id,
    articles.pmid,
    articles.year,
    articles.title,
    members.number AS group_number,
    mentions.concept_id,
    mentions.basis,
    mentions.section,
    mentions.sentence,
    mentions.start,
    mentions."end",
    mentions.text,
    mentions.assertion,
    substring(
        articles.title || ' ' || coalesce(articles.abstract, ''),
        mentions.sentence_start + 1,
        mentions.sentence_end - mentions.sentence_start
    ) AS sentence_text,
    mentions.start_offset,
    mentions.end_offset
FROM mentions
INNER JOIN group_members(groups, exact := exact) AS members ON members.concept_id = mentions.concept_id
INNER JOIN articles ON articles.article_id = mentions.article_id
WHERE
    mentions.article_id IN (SELECT matched.article_id FROM matched)
    AND (basis = 'any' OR mentions.basis = basis)
    AND (mentions.basis = 'index' OR mentions.document_id = articles.document_id)
ORDER BY articles.year ASC NULLS LAST, articles.article_id ASC, mentions.sentence ASC NULLS LAST, mentions.start ASC
