"""Documents -> articles."""

from transforms.duplicates.deduplicate import deduplicate

__all__ = ["deduplicate"]
