"""The published copy: one DuckDB file, keys checked, opened read-only and without a way out."""
