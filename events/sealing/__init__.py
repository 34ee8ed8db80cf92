"""The seal on the log: what a row says of a person is encrypted, and each row is chained to the one before it."""
