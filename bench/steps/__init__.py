"""The processor time of each single step, for the capacity model: `python -m bench.steps`."""
