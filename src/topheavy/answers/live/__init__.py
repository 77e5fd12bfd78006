"""The market as it streams: prices, minutes, jumps, and how well it is kept up with."""
