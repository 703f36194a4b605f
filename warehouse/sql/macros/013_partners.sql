-- Exact pairs come from the stored counts; with the concepts below, the articles are counted anew. The concept is
-- compared as one value, max(), which DuckDB pushes into the sorted segments; a join it does not.
CREATE MACRO partners(concept, basis := 'any', exact := true) AS TABLE
WITH named AS MATERIALIZED (
    SELECT concepts_named.concept_id
    FROM named_concepts([[concept]]) AS concepts_named
    CROSS JOIN checked_filters(basis, 'article', NULL, NULL, NULL) AS filters
    WHERE filters.valid
),
family AS MATERIALIZED (
    SELECT named.concept_id
    FROM named
    UNION
    SELECT concept_ancestors.concept_id
    FROM concept_ancestors
    INNER JOIN named ON named.concept_id = concept_ancestors.ancestor_id
),
counted AS (
    SELECT
        deltas.concept_b AS partner_id,
        deltas.articles,
        deltas.sentence_articles
    FROM stored.cooccurrences AS deltas
    WHERE exact AND deltas.basis = basis AND deltas.concept_a = (SELECT max(named.concept_id) FROM named)
    UNION ALL
    SELECT
        deltas.concept_a,
        deltas.articles,
        deltas.sentence_articles
    FROM stored.cooccurrences_by_b AS deltas
    WHERE exact AND deltas.basis = basis AND deltas.concept_b = (SELECT max(named.concept_id) FROM named)
    UNION ALL
    SELECT
        together.partner_id,
        count(DISTINCT together.article_id),
        count(DISTINCT together.article_id) FILTER (WHERE together.in_one_sentence)
    FROM (
        SELECT
            unnest([other.concept_id] || coalesce(above.ancestor_ids, [])) AS partner_id,
            own.article_id,
            list_has_any(own.sentences, other.sentences) AS in_one_sentence
        FROM article_concepts AS own
        INNER JOIN family ON family.concept_id = own.concept_id
        INNER JOIN article_concepts AS other
            ON other.article_id = own.article_id
        LEFT JOIN (
            SELECT
                concept_ancestors.concept_id,
                list(concept_ancestors.ancestor_id) AS ancestor_ids
            FROM concept_ancestors
            GROUP BY concept_ancestors.concept_id
        ) AS above ON above.concept_id = other.concept_id
        WHERE
            NOT exact
            AND own.affirmed
            AND other.affirmed
            AND NOT own.is_notice
            AND own.retracted_on IS NULL
            AND (basis = 'any' OR (own.basis = basis AND other.basis = basis))
    ) AS together
    ANTI JOIN family ON family.concept_id = together.partner_id
    ANTI JOIN (
        SELECT concept_ancestors.ancestor_id
        FROM concept_ancestors
        INNER JOIN named ON named.concept_id = concept_ancestors.concept_id
    ) AS above_named ON above_named.ancestor_id = together.partner_id
    GROUP BY together.partner_id
),
summed AS (
    SELECT
        counted.partner_id,
        sum(counted.articles)::BIGINT AS articles,
        sum(counted.sentence_articles)::BIGINT AS sentence_articles
    FROM counted
    GROUP BY counted.partner_id
    HAVING sum(counted.articles) > 0
)
SELECT
    summed.partner_id,
    concepts.name,
    summed.articles,
    summed.sentence_articles
FROM summed
LEFT JOIN concepts ON concepts.concept_id = summed.partner_id
WHERE exact OR concepts.counted
ORDER BY summed.articles DESC, summed.partner_id ASC
