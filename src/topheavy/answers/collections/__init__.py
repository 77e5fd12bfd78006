"""The collecting that goes on in a home: units, runs, progress, and the same for Prometheus."""
