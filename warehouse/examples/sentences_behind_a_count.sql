-- The sentences behind a count.
SELECT
    pmid,
    year,
    text,
    assertion,
    sentence_text
FROM evidence([['MESH:D007938', 'MESH:D017254'], ['MESH:D006411']])
