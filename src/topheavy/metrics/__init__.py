"""Questions about the tables, one SQL file each, and the engines that answer them."""
