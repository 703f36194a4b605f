-- The mentions in the texts that make claims.
SELECT mentions.* EXCLUDE (batch)
FROM mentions
SEMI JOIN claims ON claims.document_id = mentions.document_id AND claims.article_id = mentions.article_id
WHERE mentions.basis = 'text'
