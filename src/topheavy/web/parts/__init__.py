"""What pages are put together from: looks, cards, figures, tables."""
