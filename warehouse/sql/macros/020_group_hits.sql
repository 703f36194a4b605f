-- Where each group is affirmed: a row a concept of it, article and basis; sentences only where that is the level asked
-- for. outside: whether the article is left out of the counts. The concepts are sought first, in the sorted segments;
-- only then are superseded rows taken off.
CREATE MACRO group_hits(groups, {filter_parameters}) AS TABLE
WITH hits AS MATERIALIZED (
    SELECT
        found.article_id,
        found.batch,
        found.year,
        CASE WHEN level = 'sentence' THEN found.sentences END AS sentences,
        members.number,
        found.is_notice
        OR (found.retracted_on IS NOT NULL AND (as_of IS NULL OR found.retracted_on <= CAST(as_of AS DATE))) AS outside
    FROM stored.article_concepts AS found
    INNER JOIN group_members(groups, exact := exact) AS members ON members.concept_id = found.concept_id
    WHERE
        found.affirmed
        AND (basis = 'any' OR found.basis = basis)
        AND (NOT only_case_reports OR found.is_case_report)
        AND (NOT only_humans OR found.subjects = 'human')
        AND (as_of IS NULL OR found.entered_on <= CAST(as_of AS DATE))
        AND (from_year IS NULL OR found.year >= from_year)
        AND (to_year IS NULL OR found.year <= to_year)
)
SELECT
    hits.article_id,
    hits.number,
    hits.year,
    hits.sentences,
    hits.outside
FROM hits
ANTI JOIN superseded ON superseded.article_id = hits.article_id AND hits.batch < superseded.before_batch
