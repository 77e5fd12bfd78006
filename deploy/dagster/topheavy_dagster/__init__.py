"""The same jobs as the command line's, as a Dagster project: generated from sources, datasets and questions."""
