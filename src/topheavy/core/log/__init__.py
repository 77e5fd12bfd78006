"""The log: one logger, and how its lines are written."""
