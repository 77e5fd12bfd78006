"""The runs page and its parts."""

from topheavy.web.pages.runs.page import PAGE

__all__ = ["PAGE"]
