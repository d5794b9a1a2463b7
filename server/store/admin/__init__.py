"""What administrators, operators and the panel ask of the store: frozen results, each change with its audit entry.

A change, its entry in the audit log and the notice that wakes the firm's worker are one transaction.
"""
