-- Links between two forms of one paper, either way. Materialised as they stand: with any condition on both ends
-- DuckDB would join every document with every other before it looked at the links.
CREATE OR REPLACE TEMP TABLE same_links AS
WITH stated AS MATERIALIZED (
    SELECT
        links.article_id,
        links.related_id
    FROM links
    WHERE links.kind IN ('preprint_of', 'version_of', 'translation_of', 'erratum_for')
)
SELECT
    stated.article_id,
    stated.related_id
FROM stated
UNION
SELECT
    stated.related_id,
    stated.article_id
FROM stated
