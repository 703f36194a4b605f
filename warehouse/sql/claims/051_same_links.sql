-- Links between two forms of one paper, one row for each direction. The CTE is materialised because DuckDB would
-- otherwise push conditions on both ends down and join every document with every other before it reads the links.
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
