-- One row per claim and group of its combination, from `searches` (claim, groups, before). Members are sorted and
-- joined by '|', so that equal groups of several claims are the same text and are searched once.
--
--     searches 4, [['B', 'A'], ['C']]   ->   (4, 'A|B'), (4, 'C')
CREATE OR REPLACE TEMP TABLE claim_groups AS
SELECT
    grouped.claim,
    array_to_string(list_sort(grouped.members), '|') AS members
FROM (
    SELECT
        searches.claim,
        unnest(searches.groups) AS members
    FROM searches
) AS grouped
