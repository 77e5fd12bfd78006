"""Feeds: one file a market that can be followed."""
