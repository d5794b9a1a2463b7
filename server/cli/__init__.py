"""The ``ros`` command line: one file per command group. May import everything of ``server``; nobody imports it.

Results go to stdout (a table, or one JSON document with ``--json``), messages and progress to stderr. Exit codes:
0 done, 1 refused or failed, 2 wrong use.
"""
