"""The raw zone: what came, as it came, and a ledger of what was asked, came and failed."""
