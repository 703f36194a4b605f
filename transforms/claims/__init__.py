"""Claims of rarity."""

from transforms.claims.detect import find_claims

__all__ = ["find_claims"]
