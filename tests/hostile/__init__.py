"""What nobody honest sends: to every operation, as callbacks, as documents, as headers, and as half a request."""
