"""A program that is told something and never answers: `python -m tests.bench.mute`."""

import time

if __name__ == "__main__":
    time.sleep(600)
