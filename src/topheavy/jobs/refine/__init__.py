"""Refine: responses in the lake become rows in the tables."""
