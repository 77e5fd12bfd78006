"""Collect: what a source has, into the lake."""
