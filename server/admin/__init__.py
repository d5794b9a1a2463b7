"""What administrators' matters need of both the store and the remote systems: used by the API and by the worker alike.

May import the store, ports and below; never ``api`` or ``sync``, who call it, nor the two remote systems themselves.
"""
