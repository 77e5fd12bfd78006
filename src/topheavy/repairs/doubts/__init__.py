"""What nothing explains: one file a rule, each doubt with its evidence and the question that would settle it."""
