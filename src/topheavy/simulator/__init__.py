"""A seeded market that never was, and the vendors' HTTP API in front of it: for practice, tests and demos."""
