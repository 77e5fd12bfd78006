"""A vendor to fear: faults of transport, content and habit on the way from a simulated market to who asks."""
