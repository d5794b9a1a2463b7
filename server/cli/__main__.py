"""``python -m server.cli``: the same as ``ros``, for whoever knows the interpreter but not where ``ros`` is."""

from server.cli.main import main

main()
