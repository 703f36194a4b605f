-- All mentions in the texts of documents that make claims, from which the combination of each claim is read.
SELECT mentions.* EXCLUDE (batch, start_offset, end_offset)
FROM mentions
SEMI JOIN claims ON claims.document_id = mentions.document_id AND claims.article_id = mentions.article_id
WHERE mentions.basis = 'text'
