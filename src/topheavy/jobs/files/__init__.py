"""Files of one's own: a manifest is proposed from what they show."""
