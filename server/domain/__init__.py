"""Pure values and functions of the synchronisation: no I/O, clock, randomness or logging; imports nothing of ours."""
