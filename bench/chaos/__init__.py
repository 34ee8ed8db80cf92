"""The system under chaos: `python -m bench.chaos`. Real processes, real Postgres, a real queue; faults from a seed; and
a checker that shares no code with the server."""
