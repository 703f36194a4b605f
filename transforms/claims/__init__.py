"""Claims of rarity: sentences that state how often a finding was reported before ("the second reported case").

In: rows of table `documents`. Out: the claims in their texts, each claim as a combination of concepts, and its verdict
against the articles a warehouse has. Start with `detect`, then `combination`, then `verdict`.
"""

from transforms.claims.detect import find_claims

__all__ = ["find_claims"]
