"""The live page and its parts."""

from topheavy.web.pages.live.page import PAGE

__all__ = ["PAGE"]
