"""Stream: a feed into a topic, the topic into the tables."""
