"""The catalogue: every question that may be asked, how it is narrowed, and its answer with evidence."""
