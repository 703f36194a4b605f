-- One row per group and article that affirms one of its concepts, or a descendant, in text or headings, with the
-- numbers of the sentences that do.
CREATE OR REPLACE TEMP TABLE group_articles AS
WITH distinct_groups AS (
    SELECT DISTINCT claim_groups.members
    FROM claim_groups
),
group_concepts AS (
    SELECT
        distinct_groups.members,
        unnest(string_split(distinct_groups.members, '|')) AS concept_id
    FROM distinct_groups
),
concepts_with_descendants AS (
    SELECT
        group_concepts.members,
        group_concepts.concept_id
    FROM group_concepts
    UNION
    SELECT
        group_concepts.members,
        concept_ancestors.concept_id
    FROM group_concepts
    INNER JOIN concept_ancestors ON concept_ancestors.ancestor_id = group_concepts.concept_id
)
SELECT
    concepts_with_descendants.members,
    article_concepts.article_id,
    list_distinct(flatten(list(article_concepts.sentences))) AS sentences
FROM concepts_with_descendants
INNER JOIN article_concepts ON article_concepts.concept_id = concepts_with_descendants.concept_id
WHERE article_concepts.affirmed AND NOT article_concepts.is_notice
GROUP BY concepts_with_descendants.members, article_concepts.article_id
