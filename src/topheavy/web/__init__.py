"""The app: pages for people and a JSON interface for programs, both over the published copy and nothing else."""
