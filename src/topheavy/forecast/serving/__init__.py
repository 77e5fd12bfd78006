"""Serving: the registry where models rest, their cards, and a graph asked for a forecast."""
