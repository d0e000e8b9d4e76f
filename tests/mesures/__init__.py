"""The size and the shape of the product, in figures."""
