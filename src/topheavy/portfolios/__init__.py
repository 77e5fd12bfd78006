"""Portfolios: what a person owns, read from what a broker exports or a person types, and kept in the home."""
