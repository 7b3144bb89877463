"""Batched separable least squares: arrays in, arrays out; it knows nothing of MRI."""
