-- What the title and the authors' own sentences affirm, background left out: labelled sections on the case or results,
-- and sentences that speak of "we", "our", "the patient" or "this case".
SELECT
    articles.pmid,
    concepts.name,
    mentions.text,
    mentions.sentence
FROM mentions
INNER JOIN articles ON articles.article_id = mentions.article_id
INNER JOIN concepts ON concepts.concept_id = mentions.concept_id
WHERE
    mentions.basis = 'text'
    AND mentions.assertion = 'present'
    AND (
        mentions.section = 'title'
        OR regexp_matches(
            substring(
                articles.title || ' ' || articles.abstract,
                mentions.sentence_start + 1,
                mentions.sentence_end - mentions.sentence_start
            ),
            '\b(we|our|ours|herein|the patient|(this|the present|our) (case|patient))\b',
            'i'
        )
        OR len(
            list_filter(
                articles.sections,
                lambda one: one.start <= mentions.start
                AND mentions.start < one."end"
                AND regexp_matches(one.label, 'case|result|finding|presentation', 'i')
            )
        ) > 0
    )
ORDER BY articles.pmid ASC, mentions.sentence ASC, mentions.start ASC
