"""Catalogs: which tables exist and where they lie, also after a home was moved."""
