"""What was recorded and can be replayed: trades, minutes and days from files."""
