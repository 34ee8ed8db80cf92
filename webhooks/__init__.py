"""What QStash tells us."""
