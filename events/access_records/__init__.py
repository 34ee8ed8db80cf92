"""Who looked at which patient's stream, from where to where, and why it ended: a row for each stream."""
