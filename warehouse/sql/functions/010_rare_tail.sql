-- P(X >= n) of a Poisson count X with mean `expectation`, for n from 1 to 4. Where the mean is below n: the series of
-- the upper tail; else 1 minus the lower tail. It equals transforms.rarity.poisson_tail. Source: DLMF 8.7.1 and
-- 8.4.10.
CREATE MACRO rare_tail(n, expectation) AS
    CASE
        WHEN expectation <= 0 THEN 0.0
        WHEN expectation < n
            THEN exp(n * ln(expectation) - expectation - lgamma(n + 1)) * (
            1 + expectation / (n + 1) * (1 + expectation / (n + 2) * (1 + expectation / (n + 3) * (1 +
            expectation / (n + 4) * (1 + expectation / (n + 5) * (1 + expectation / (n + 6) * (1 + expectation /
            (n + 7) * (1 + expectation / (n + 8) * (1 + expectation / (n + 9) * (1 + expectation / (n + 10) * (1
            + expectation / (n + 11) * (1 + expectation / (n + 12) * (1 + expectation / (n + 13) * (1 +
            expectation / (n + 14) * (1 + expectation / (n + 15) * (1 + expectation / (n + 16) * (1 +
            expectation / (n + 17) * (1 + expectation / (n + 18) * (1 + expectation / (n + 19) * (1 +
            expectation / (n + 20) * (1 + expectation / (n + 21) * (1 + expectation / (n + 22) * (1 +
            expectation / (n + 23) * (1 + expectation / (n + 24)))))))))))))))))))))))))
        ELSE
            1 - exp(-expectation) * (
                1
                + CASE WHEN n > 1 THEN expectation ELSE 0 END
                + CASE WHEN n > 2 THEN expectation * expectation / 2 ELSE 0 END
                + CASE WHEN n > 3 THEN expectation * expectation * expectation / 6 ELSE 0 END
            )
    END
