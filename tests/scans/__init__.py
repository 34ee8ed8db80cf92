"""How well scans are read: pages whose text is known, what may happen to paper, and what is left of the text."""
