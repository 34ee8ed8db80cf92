"""Whether a log of a million events is slower than one of a thousand: `python -m bench.growth`."""
