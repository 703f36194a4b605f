-- The manual verdicts on mentions and names in the order they were committed, numbered from 1.
SELECT
    row_number() OVER (ORDER BY curations.rowid ASC) AS number,
    curations.*
FROM curations
ORDER BY curations.rowid ASC
