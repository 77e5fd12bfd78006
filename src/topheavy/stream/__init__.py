"""Trades on their way: the wire, the broker seam, what feeds it and what reads it."""
