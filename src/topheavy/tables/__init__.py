"""Open Iceberg tables: one a dataset, in a SQLite catalog beside them, readable by any Iceberg engine."""
