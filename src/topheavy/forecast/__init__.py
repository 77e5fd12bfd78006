"""Forecasts: models of prices, volatility and concentration, scored against "tomorrow = today", kept and served."""
