"""Reading what people's files really hold: text in any encoding, dates and numbers in any spelling, or a refusal."""
