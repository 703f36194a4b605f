-- Three groups together, each a list of alternatives; the concepts below them are included.
FROM count_together([['MESH:D007938', 'MESH:D017254'], ['MESH:D006411'], ['MESH:D008198']])
