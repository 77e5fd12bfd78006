"""Serve: the pages and the JSON interface over one home."""
