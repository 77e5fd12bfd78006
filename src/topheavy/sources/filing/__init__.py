"""The SEC's filings of funds: the way from a symbol to a filing, and its lines."""
