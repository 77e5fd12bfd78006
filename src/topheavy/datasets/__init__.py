"""What the data is: one file a dataset, each declaring its columns, units, key, partition and checks."""
