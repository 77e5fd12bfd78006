"""What is wrong in the data and how it was mended: one file a rule, each repair with its evidence."""
