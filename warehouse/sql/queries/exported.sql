-- The articles behind a count, as references.
SELECT
    articles.article_id,
    articles.pmid,
    articles.doi,
    articles.pmcid,
    articles.title,
    articles.authors,
    articles.journal,
    articles.year,
    articles.volume,
    articles.issue,
    articles.pages,
    articles.publication_types,
    articles.published_on,
    articles.entered_on,
    articles.retracted_on
FROM articles
SEMI JOIN matching_articles($groups, {filter_values}) AS found
    ON found.article_id = articles.article_id
ORDER BY articles.year ASC NULLS LAST, articles.article_id ASC
