-- What persons said of mentions and names, in the order they said it.
SELECT
    row_number() OVER (ORDER BY curations.rowid ASC) AS number,
    curations.*
FROM curations
ORDER BY curations.rowid ASC
