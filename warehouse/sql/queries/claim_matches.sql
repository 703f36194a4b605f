-- The rows of claim_matches for the claims of the articles $articles.
SELECT claim_matches.*
FROM claim_matches
WHERE list_contains($articles, claim_matches.article_id)
