SELECT *
FROM timeline($groups, {filter_values})
