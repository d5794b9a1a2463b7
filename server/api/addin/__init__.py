"""The panel's API ``/addin/v1``, the panel's files ``/addin/`` and the manifest.

Contract: :mod:`server.api.addin.models`. Members and routes are only ever added, because an open form can hold the
panel of the release before for hours. May import the store, identity, ports and below; Raynet and Microsoft are ports.
"""
