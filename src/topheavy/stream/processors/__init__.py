"""Processors: one file a live answer, computed from trades as they come and from the table after a restart."""
