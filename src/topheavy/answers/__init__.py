"""What can be asked of a home, typed, each answer with its evidence; nothing here writes."""
