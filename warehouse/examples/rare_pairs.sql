-- The rare pairs of diseases, the most surprising first.
SELECT
    rare_cooccurrences.name_a,
    rare_cooccurrences.name_b,
    rare_cooccurrences.articles,
    rare_cooccurrences.first_year,
    rare_cooccurrences.last_year,
    rare_cooccurrences.ic_low
FROM rare_cooccurrences
WHERE rare_cooccurrences.basis = 'index'
LIMIT 10
