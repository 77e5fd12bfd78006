"""The vendors' HTTP API in front of a simulated market."""
