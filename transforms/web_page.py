"""A web page -> its article."""

from transforms.web.page import Extraction, Rejection, extract

__all__ = ["Extraction", "Rejection", "extract"]
