"""The published copy: one DuckDB file, keys enforced, opened read-only and without a way out."""
