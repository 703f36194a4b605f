"""Documents -> mentions."""

from transforms.annotation.annotate import annotate

__all__ = ["annotate"]
