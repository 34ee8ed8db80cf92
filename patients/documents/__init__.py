"""Medical documents: which kinds are taken, and how their text is read."""
