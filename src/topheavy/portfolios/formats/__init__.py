"""One file a format: what a broker exports, recognised by what stands in it."""
