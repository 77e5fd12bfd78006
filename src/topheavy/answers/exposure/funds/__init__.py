"""The funds as they are read from their holdings: lines, identities, parts, and funds inside funds."""
