"""The project: what holds the apps together, and nothing about patients."""
