-- What is listed for the claims of some articles.
SELECT claim_matches.*
FROM claim_matches
WHERE list_contains($articles, claim_matches.article_id)
