"""Publish: tables become checked figures in the warehouse."""
