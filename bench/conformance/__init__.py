"""A black-box kit for any server of server-sent events, and real clients against ours: `make conformance`."""
