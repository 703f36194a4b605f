-- What persons said of mentions and names, in the order they said it.
SELECT
    row_number() OVER (ORDER BY curations.batch ASC) AS number,
    curations.*
FROM curations
ORDER BY curations.batch ASC
