"""The pages, one file each: a file here that declares ``PAGE`` is in the navigation."""
