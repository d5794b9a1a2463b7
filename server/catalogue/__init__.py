"""What people read, in Czech and English: sentences keyed by the stable codes of errors, checks and reasons.

Imports :mod:`server.errors` and :mod:`server.domain` only. The command line and the API say the same.
"""
