"""Exposure: what a portfolio of funds and stocks really owns, looked through until no fund is left."""
