-- The counted concepts that an acronym may stand for: those with the name $acronym, in any case (has_acronym), and the
-- diseases with a name of these initials ($initials: a regular expression over the name in natural word order). Most
-- articles first. has_initials: whether a name of the concept has these initials.
WITH spelt AS (
    SELECT
        names.concept_id,
        lower(names.name) = lower($acronym) AS is_acronym,
        regexp_full_match(array_to_string(list_reverse(string_split(names.name, ', ')), ' '), $initials) AS is_long_form
    FROM concept_names AS names
),
meanings AS (
    SELECT
        spelt.concept_id,
        bool_or(spelt.is_acronym) AS has_acronym,
        bool_or(spelt.is_long_form) AS has_initials
    FROM spelt
    WHERE spelt.is_acronym OR spelt.is_long_form
    GROUP BY spelt.concept_id
),
totals AS (
    SELECT
        counts.concept_id,
        sum(counts.articles) AS articles
    FROM concept_counts AS counts
    WHERE counts.basis = 'any' AND counts.concept_id IN (SELECT meanings.concept_id FROM meanings)
    GROUP BY counts.concept_id
)
SELECT
    concepts.concept_id,
    concepts.name,
    concepts.counted,
    meanings.has_acronym,
    meanings.has_initials,
    coalesce(totals.articles, 0) AS articles
FROM meanings
INNER JOIN concepts ON concepts.concept_id = meanings.concept_id
LEFT JOIN totals ON totals.concept_id = concepts.concept_id
WHERE concepts.counted AND (meanings.has_acronym OR list_contains(concepts.categories, 'C'))
ORDER BY articles DESC, concepts.concept_id ASC
