"""Polygon's live trades: its messages, and what it sent while nobody listened."""
