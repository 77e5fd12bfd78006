"""Forecast: models are tried, trained, asked, scored and retrained."""
