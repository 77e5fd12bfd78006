"""Manifests: what a person says of files of their own, read, spread over many files, and proposed from the files."""
