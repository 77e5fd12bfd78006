"""The concentration page and its parts."""

from topheavy.web.pages.concentration.page import PAGE

__all__ = ["PAGE"]
