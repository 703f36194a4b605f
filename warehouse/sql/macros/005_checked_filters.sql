-- One row, valid = true; an error where a filter of a count has a value that does not exist or that no article can meet.
-- Macros add its rows that are not valid, of which there are none: so it is evaluated even where nothing else matches.
CREATE MACRO checked_filters(basis, level, from_year, to_year, as_of) AS TABLE
SELECT
    CASE
        WHEN coalesce(basis, '') NOT IN ('index', 'text', 'any')
            THEN error('basis is one of index, text, any, not ' || coalesce(basis, 'NULL'))
        WHEN coalesce(level, '') NOT IN ('article', 'sentence')
            THEN error('level is one of article, sentence, not ' || coalesce(level, 'NULL'))
        WHEN from_year > to_year
            THEN error('from_year ' || from_year || ' is after to_year ' || to_year || ': no article can match')
        WHEN CAST(as_of AS DATE) < min(keys.entered_on)
            THEN error('as_of ' || as_of || ' is before the first record, which entered on ' || min(keys.entered_on))
        WHEN as_of IS NOT NULL AND count(*) > 0 AND min(keys.entered_on) IS NULL
            THEN error('as_of ' || as_of || ' cannot be answered: no record has a day of entry')
        ELSE true
    END AS valid
FROM article_keys AS keys
WHERE as_of IS NOT NULL
