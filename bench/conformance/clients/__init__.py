"""Programs that use a client library as its documentation says: one event per line of JSON, until `done`."""
