"""Microsoft Graph and Entra ID behind the Graph operations of :mod:`server.ports`.

``gateway`` is the entrance. May import ``ports``, ``flow``, ``errors`` and ``domain``; knows neither store nor Raynet.
``requests`` lives in ``client``, ``msal`` in ``tokens``. Facts come from graph-calendar, cited as §n.
"""
