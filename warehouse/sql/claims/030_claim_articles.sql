-- One row per claim and article that matches every group of its combination, with the first sentence that affirms all
-- of them (NULL if none does). The search starts from the rarest group, which has the fewest articles. Articles that
-- entered on or after the claim's day `before` are left out, unless their day or that day is unknown.
--
--     groups A (2 articles) and B (9000 articles)   ->   the 2 articles of A are candidates, those also in B match
CREATE OR REPLACE TEMP TABLE claim_articles AS
WITH group_sizes AS (
    SELECT
        group_articles.members,
        count(*) AS articles
    FROM group_articles
    GROUP BY group_articles.members
),
ranked_groups AS (
    SELECT
        claim_groups.claim,
        claim_groups.members,
        row_number() OVER (
            PARTITION BY claim_groups.claim
            ORDER BY coalesce(group_sizes.articles, 0) ASC, claim_groups.members ASC
        ) AS rarity_rank,
        count(*) OVER (PARTITION BY claim_groups.claim) AS groups
    FROM claim_groups
    LEFT JOIN group_sizes ON group_sizes.members = claim_groups.members
),
candidates AS (
    SELECT
        ranked_groups.claim,
        ranked_groups.groups,
        keys.article_id,
        keys.document_id,
        keys.entered_on,
        keys.retracted_on
    FROM ranked_groups
    INNER JOIN searches ON searches.claim = ranked_groups.claim
    INNER JOIN group_articles ON group_articles.members = ranked_groups.members
    INNER JOIN article_keys AS keys ON keys.article_id = group_articles.article_id
    WHERE
        ranked_groups.rarity_rank = 1
        AND (keys.entered_on IS NULL OR searches.before IS NULL OR keys.entered_on < searches.before)
),
affirmed_groups AS (
    SELECT
        candidates.claim,
        candidates.article_id,
        ranked_groups.members,
        group_articles.sentences
    FROM candidates
    INNER JOIN ranked_groups ON ranked_groups.claim = candidates.claim
    INNER JOIN group_articles
        ON group_articles.members = ranked_groups.members AND group_articles.article_id = candidates.article_id
),
matches AS (
    SELECT
        candidates.claim,
        candidates.article_id,
        any_value(candidates.groups) AS groups
    FROM candidates
    INNER JOIN affirmed_groups
        ON affirmed_groups.claim = candidates.claim AND affirmed_groups.article_id = candidates.article_id
    GROUP BY candidates.claim, candidates.article_id
    HAVING count(*) = any_value(candidates.groups)
),
complete_sentences AS (
    SELECT
        unnested.claim,
        unnested.article_id,
        unnested.sentence
    FROM (
        SELECT
            affirmed_groups.claim,
            affirmed_groups.article_id,
            unnest(affirmed_groups.sentences) AS sentence
        FROM affirmed_groups
    ) AS unnested
    INNER JOIN matches ON matches.claim = unnested.claim AND matches.article_id = unnested.article_id
    GROUP BY unnested.claim, unnested.article_id, unnested.sentence
    HAVING count(*) = any_value(matches.groups)
),
first_sentences AS (
    SELECT
        complete_sentences.claim,
        complete_sentences.article_id,
        min(complete_sentences.sentence) AS sentence
    FROM complete_sentences
    GROUP BY complete_sentences.claim, complete_sentences.article_id
)
SELECT
    candidates.claim,
    candidates.article_id,
    candidates.document_id,
    candidates.entered_on,
    candidates.retracted_on,
    first_sentences.sentence
FROM candidates
INNER JOIN matches ON matches.claim = candidates.claim AND matches.article_id = candidates.article_id
LEFT JOIN first_sentences
    ON first_sentences.claim = candidates.claim AND first_sentences.article_id = candidates.article_id
