CREATE MACRO pair(a, b, {filter_parameters}) AS TABLE
SELECT counted.*
FROM count_together([[a], [b]], {filter_arguments}) AS counted
