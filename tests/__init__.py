"""The suite: one sentence about the world per test."""
