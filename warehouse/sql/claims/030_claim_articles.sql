-- The articles that match every group of a claim, sought among those of its rarest group; before: the day they must
-- have entered before, where that is known. sentence: the first that affirms the whole combination.
CREATE OR REPLACE TEMP TABLE claim_articles AS
WITH sizes AS (
    SELECT
        group_articles.members,
        count(*) AS articles
    FROM group_articles
    GROUP BY group_articles.members
),
ranked AS (
    SELECT
        claim_groups.claim,
        claim_groups.members,
        row_number() OVER (
            PARTITION BY claim_groups.claim
            ORDER BY coalesce(sizes.articles, 0) ASC, claim_groups.members ASC
        ) AS place,
        count(*) OVER (PARTITION BY claim_groups.claim) AS groups
    FROM claim_groups
    LEFT JOIN sizes ON sizes.members = claim_groups.members
),
candidates AS (
    SELECT
        ranked.claim,
        ranked.groups,
        keys.article_id,
        keys.document_id,
        keys.entered_on,
        keys.retracted_on
    FROM ranked
    INNER JOIN searches ON searches.claim = ranked.claim
    INNER JOIN group_articles ON group_articles.members = ranked.members
    INNER JOIN article_keys AS keys ON keys.article_id = group_articles.article_id
    WHERE ranked.place = 1 AND (keys.entered_on IS NULL OR searches.before IS NULL OR keys.entered_on < searches.before)
),
affirmed AS (
    SELECT
        candidates.claim,
        candidates.article_id,
        ranked.members,
        group_articles.sentences
    FROM candidates
    INNER JOIN ranked ON ranked.claim = candidates.claim
    INNER JOIN group_articles
        ON group_articles.members = ranked.members AND group_articles.article_id = candidates.article_id
),
matching AS (
    SELECT
        candidates.claim,
        candidates.article_id,
        any_value(candidates.groups) AS groups
    FROM candidates
    INNER JOIN affirmed ON affirmed.claim = candidates.claim AND affirmed.article_id = candidates.article_id
    GROUP BY candidates.claim, candidates.article_id
    HAVING count(*) = any_value(candidates.groups)
),
together AS (
    SELECT
        unnested.claim,
        unnested.article_id,
        unnested.sentence
    FROM (
        SELECT
            affirmed.claim,
            affirmed.article_id,
            unnest(affirmed.sentences) AS sentence
        FROM affirmed
    ) AS unnested
    INNER JOIN matching ON matching.claim = unnested.claim AND matching.article_id = unnested.article_id
    GROUP BY unnested.claim, unnested.article_id, unnested.sentence
    HAVING count(*) = any_value(matching.groups)
),
first_together AS (
    SELECT
        together.claim,
        together.article_id,
        min(together.sentence) AS sentence
    FROM together
    GROUP BY together.claim, together.article_id
)
SELECT
    candidates.claim,
    candidates.article_id,
    candidates.document_id,
    candidates.entered_on,
    candidates.retracted_on,
    first_together.sentence
FROM candidates
INNER JOIN matching ON matching.claim = candidates.claim AND matching.article_id = candidates.article_id
LEFT JOIN first_together
    ON first_together.claim = candidates.claim AND first_together.article_id = candidates.article_id
