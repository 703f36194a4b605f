SELECT
    counted.*,
    (SELECT lake.version FROM lake) AS version
FROM count_together($groups, {filter_values}) AS counted
