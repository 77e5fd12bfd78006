"""The exposure page and its parts."""

from topheavy.web.pages.exposure.page import PAGE

__all__ = ["PAGE"]
