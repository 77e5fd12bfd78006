"""The LSTM: its network, how it is trained on one device or many, and how it is exported."""
