-- The 2.5 % (side -1) or 97.5 % (side 1) quantile of Gamma(shape, 1), for shapes larger than the table
-- interval_limits covers. Source: Wilson and Hilferty, "The distribution of chi-square", PNAS 17 (1931) 684-688.
CREATE MACRO gamma_limit(shape, side) AS
    shape * pow(1 - 1 / (9 * shape) + side * 1.959963984540054 / (3 * sqrt(shape)), 3)
