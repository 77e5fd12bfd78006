"""The sink: micro-batches from a topic into a table, each trade once."""
