"""The people and what we may do for them."""
