-- The concepts that groups of ids and names stand for, by the number of the group. An error for an empty group, an
-- unknown id or name, a name of several concepts and a concept that is not counted: none of them can match an article,
-- and a count of 0 would be read as an answer. Names are looked up only where a term is no id.
CREATE MACRO named_concepts(groups) AS TABLE
WITH terms AS MATERIALIZED (
    SELECT
        numbered.number,
        unnest(
            CASE
                WHEN numbered.number IS NULL THEN error('no group is given; write [[''A''], [''B'', ''C'']]')
                WHEN coalesce(len(numbered.members), 0) = 0
                    THEN error('group ' || numbered.number || ' is empty; write [''A'', ''B'']')
                ELSE numbered.members
            END
        )::VARCHAR AS term
    FROM (
        SELECT
            unnest(CASE WHEN len(groups) > 0 THEN range(1, len(groups) + 1) ELSE [NULL] END) AS number,
            unnest(CASE WHEN len(groups) > 0 THEN groups ELSE [['']] END) AS members
    ) AS numbered
),
by_id AS MATERIALIZED (
    SELECT
        terms.number,
        terms.term,
        concepts.concept_id
    FROM terms
    LEFT JOIN concepts ON concepts.concept_id = upper(trim(terms.term))
),
by_name AS (
    SELECT
        names.kind = 'preferred' AS is_preferred,
        names.concept_id,
        by_id.term
    FROM concept_names AS names
    INNER JOIN by_id ON by_id.concept_id IS NULL AND lower(names.name) = lower(trim(by_id.term))
),
best AS (
    SELECT
        by_name.term,
        arg_max(by_name.concept_id, by_name.is_preferred) AS concept_id,
        CASE
            WHEN count(*) FILTER (WHERE by_name.is_preferred) > 0
                THEN list(DISTINCT by_name.concept_id) FILTER (WHERE by_name.is_preferred)
            ELSE list(DISTINCT by_name.concept_id)
        END AS candidates
    FROM by_name
    GROUP BY by_name.term
)
SELECT
    by_id.number,
    CASE
        WHEN concepts.counted AND coalesce(len(best.candidates), 1) = 1 THEN concepts.concept_id
        WHEN trim(coalesce(by_id.term, '')) = ''
            THEN error('group ' || by_id.number || ' has an empty term; write an id or a name')
        WHEN len(best.candidates) > 1
            THEN error('"' || by_id.term || '" names several concepts: ' || array_to_string(best.candidates, ', '))
        WHEN concepts.concept_id IS NULL
            THEN error('no concept has the id or name "' || by_id.term || '"; see find_concept(words)')
        ELSE error(concepts.concept_id || ' "' || concepts.name || '" is not counted')
    END AS concept_id,
    concepts.name
FROM by_id
LEFT JOIN best ON best.term = by_id.term
LEFT JOIN concepts ON concepts.concept_id = coalesce(by_id.concept_id, best.concept_id)
