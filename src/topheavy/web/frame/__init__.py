"""What every page stands in: shell, theme, the world it is about, and pages for when there is nothing."""
