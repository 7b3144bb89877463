"""Find wells, name them, and measure a map in them."""
