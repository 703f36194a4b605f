-- The articles of one basis by publication year, those with an abstract among them.
SELECT
    counted.year,
    counted.articles,
    counted.with_abstract
FROM corpus_counts AS counted
WHERE counted.basis = $basis AND counted.articles > 0
ORDER BY counted.year ASC NULLS LAST
