"""The conversation with the intake agent: kept in the log, answered from what the record lacks."""
