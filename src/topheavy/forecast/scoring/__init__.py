"""Scores: how wrong a forecast was, beside another, with what confidence, and what it would have earned."""
