"""Erasing a person (GDPR, Article 17): the log stays whole, and they are gone from it."""
