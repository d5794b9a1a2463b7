"""Who calls: Entra ID's access tokens checked for signature, issuer, audience, scope and calling application.

Imports :mod:`server.errors` only. Keys are fetched through a function that the wiring gives; nothing else is asked.
"""
