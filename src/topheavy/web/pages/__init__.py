"""The pages, one folder each: a folder here that declares ``PAGE`` is in the navigation."""
