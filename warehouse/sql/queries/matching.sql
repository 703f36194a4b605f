SELECT found.article_id
FROM matching_articles($groups, {filter_values}) AS found
ORDER BY found.article_id ASC
