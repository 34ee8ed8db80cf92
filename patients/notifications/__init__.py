"""E-mail to patients about what happened: one per fact, whatever becomes of its job on the way."""
