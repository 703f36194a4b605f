-- The number of rejected records by reason, with an example of each.
SELECT
    rejected.reason,
    count(*) AS records,
    any_value(rejected.raw_file) AS for_instance,
    any_value(rejected.detail) AS detail
FROM rejected
GROUP BY rejected.reason
ORDER BY records DESC, rejected.reason ASC
