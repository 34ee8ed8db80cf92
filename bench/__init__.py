"""The bench: every contender under the same load, by the same client. `make bench`."""
