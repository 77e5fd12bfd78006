"""A trade on the wire: how it is laid out, encoded and decoded."""
