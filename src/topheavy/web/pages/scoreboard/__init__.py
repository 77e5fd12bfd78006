"""The scoreboard page and its parts."""

from topheavy.web.pages.scoreboard.page import PAGE

__all__ = ["PAGE"]
