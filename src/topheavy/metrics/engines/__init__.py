"""Engines that answer questions: one file each, all held by one contract suite."""
