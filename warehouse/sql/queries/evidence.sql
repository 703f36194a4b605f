SELECT *
FROM evidence($groups, {filter_values})
