"""Schedule: the day's road after every session's close."""
