-- The articles that affirm each group, descendants included, by text or headings; sentences: those that do.
CREATE OR REPLACE TEMP TABLE group_articles AS
WITH distinct_groups AS (
    SELECT DISTINCT claim_groups.members
    FROM claim_groups
),
named AS (
    SELECT
        distinct_groups.members,
        unnest(string_split(distinct_groups.members, '|')) AS concept_id
    FROM distinct_groups
),
expanded AS (
    SELECT
        named.members,
        named.concept_id
    FROM named
    UNION
    SELECT
        named.members,
        concept_ancestors.concept_id
    FROM named
    INNER JOIN concept_ancestors ON concept_ancestors.ancestor_id = named.concept_id
)
SELECT
    expanded.members,
    article_concepts.article_id,
    list_distinct(flatten(list(article_concepts.sentences))) AS sentences
FROM expanded
INNER JOIN article_concepts ON article_concepts.concept_id = expanded.concept_id
WHERE article_concepts.affirmed AND NOT article_concepts.is_notice
GROUP BY expanded.members, article_concepts.article_id
