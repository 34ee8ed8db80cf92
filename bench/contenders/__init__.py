"""One file per contender: how it is started, asked for a stream, and told of an event."""
