"""Where data comes from: one file a vendor. ``fetch`` brings bytes untouched, ``parse`` is pure."""
