-- Every article that meets a group is read once: `met` has a bit a group, from which follow the articles that meet all,
-- each group's own number of articles, and what is left out.
CREATE MACRO count_together(groups, {filter_parameters}) AS TABLE
WITH hits AS MATERIALIZED (
    SELECT found.*
    FROM group_hits(groups, {filter_arguments}) AS found
),
by_article AS MATERIALIZED (
    SELECT
        hits.article_id,
        any_value(hits.outside) AS outside,
        bit_or(1::BIGINT << hits.number) AS met
    FROM hits
    GROUP BY hits.article_id
),
by_groups_met AS MATERIALIZED (
    SELECT
        by_article.met,
        by_article.outside,
        count(*) AS articles
    FROM by_article
    GROUP BY by_article.met, by_article.outside
),
by_sentence AS (
    SELECT
        affirmed.article_id,
        any_value(affirmed.outside) AS outside,
        bit_or(1::BIGINT << affirmed.number) AS met
    FROM (
        SELECT
            hits.article_id,
            hits.outside,
            hits.number,
            unnest(hits.sentences) AS sentence
        FROM hits
        WHERE level = 'sentence'
    ) AS affirmed
    GROUP BY affirmed.article_id, affirmed.sentence
),
-- a named concept that is a member of another group too: every article with the one has both, which is no surprise
shared_concepts AS (
    SELECT string_agg(DISTINCT shared.name || ' (' || shared.concept_id || ')', ', ') AS overlap
    FROM (
        SELECT
            members.concept_id,
            max(members.name) AS name
        FROM group_members(groups, exact := exact) AS members
        GROUP BY members.concept_id
        HAVING count(*) > 1 AND bool_or(members.is_named)
    ) AS shared
),
matching AS (
    SELECT
        by_article.article_id,
        by_article.outside
    FROM by_article
    WHERE level = 'article' AND by_article.met = (2::BIGINT << len(groups)) - 2
    UNION ALL
    SELECT DISTINCT
        by_sentence.article_id,
        by_sentence.outside
    FROM by_sentence
    WHERE by_sentence.met = (2::BIGINT << len(groups)) - 2
),
matched AS (
    SELECT
        count(*) FILTER (WHERE include_retracted OR NOT matching.outside) AS articles,
        count(*) FILTER (WHERE NOT include_retracted AND matching.outside) AS retracted
    FROM matching
),
changed AS (
    SELECT CASE WHEN as_of IS NOT NULL THEN count(*) END AS articles
    FROM matching
    INNER JOIN article_keys AS keys ON keys.article_id = matching.article_id
    WHERE
        as_of IS NOT NULL
        AND (include_retracted OR NOT matching.outside)
        AND (keys.revised_on > CAST(as_of AS DATE) OR keys.retracted_on > CAST(as_of AS DATE))
),
corpus AS (
    SELECT
        coalesce(sum(members.articles), 0)::BIGINT AS articles,
        coalesce(sum(members.with_abstract), 0)::BIGINT AS with_abstract,
        min(members.year) AS from_year,
        max(members.year) AS to_year
    FROM population({filter_arguments}) AS members
),
marginals AS (
    SELECT
        numbers.number,
        coalesce(sum(found.articles), 0) AS articles
    FROM (SELECT generate_subscripts(groups, 1) AS number) AS numbers
    LEFT JOIN by_groups_met AS found
        ON (found.met >> numbers.number) & 1 = 1 AND (include_retracted OR NOT found.outside)
    GROUP BY numbers.number
),
expectation AS (
    SELECT corpus.articles * product(marginals.articles / corpus.articles) AS expected
    FROM marginals
    CROSS JOIN corpus
    CROSS JOIN shared_concepts
    WHERE corpus.articles > 0 AND shared_concepts.overlap IS NULL
    GROUP BY corpus.articles
),
limits AS (
    SELECT
        coalesce(interval_limits.gamma_low, gamma_limit(matched.articles + 0.5, -1)) AS gamma_low,
        coalesce(interval_limits.gamma_high, gamma_limit(matched.articles + 0.5, 1)) AS gamma_high,
        coalesce(interval_limits.poisson_low, gamma_limit(matched.articles, -1)) AS poisson_low,
        coalesce(interval_limits.poisson_high, gamma_limit(matched.articles + 1, 1)) AS poisson_high
    FROM matched
    LEFT JOIN interval_limits ON interval_limits.n = matched.articles
)
SELECT
    matched.articles,
    corpus.articles AS population,
    matched.articles * 1e6 / nullif(corpus.articles, 0) AS rate_per_million,
    limits.poisson_low * 1e6 / nullif(corpus.articles, 0) AS low,
    limits.poisson_high * 1e6 / nullif(corpus.articles, 0) AS high,
    expectation.expected,
    log2((matched.articles + 0.5) / (expectation.expected + 0.5)) AS ic,
    log2(limits.gamma_low / (expectation.expected + 0.5)) AS ic_low,
    log2(limits.gamma_high / (expectation.expected + 0.5)) AS ic_high,
    matched.retracted,
    changed.articles AS changed_since,
    corpus.from_year,
    corpus.to_year,
    corpus.with_abstract,
    limits.poisson_low * 1e6 / nullif(corpus.articles, 0) AS rate_low,
    limits.poisson_high * 1e6 / nullif(corpus.articles, 0) AS rate_high,
    shared_concepts.overlap
FROM matched
CROSS JOIN changed
CROSS JOIN corpus
CROSS JOIN limits
CROSS JOIN shared_concepts
LEFT JOIN expectation ON true
