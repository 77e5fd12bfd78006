"""The numbers of a simulated market: prices, caps, counts, dividends, filings."""
