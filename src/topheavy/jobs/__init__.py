"""The jobs: each carries data from room to room by introducing them to each other."""
