"""Documents of invented people, and the scripts that made them: `python -m tests.data.make_scans`."""
