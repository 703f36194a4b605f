-- The groups of the combinations that are looked for; equal groups of several claims are one.
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
