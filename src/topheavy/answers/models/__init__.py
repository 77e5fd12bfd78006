"""Models and their forecasts: backtests, registered models, predictions, and how they did since."""
