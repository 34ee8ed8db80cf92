"""Commands about patients."""
