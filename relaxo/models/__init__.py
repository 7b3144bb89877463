"""The signal equations, one to a file, and the catalogue of them."""
