"""Raynet CRM behind the Raynet operations of :mod:`server.ports`.

``gateway`` is the entrance. May import ``ports``, ``flow``, ``errors`` and ``domain``; knows neither store nor
Microsoft. ``requests`` lives in ``client``. Facts come from raynet-api, cited as §n.

Words: *connection* = host, instance and key of one firm; *lane* = how urgent a call is when the daily budget runs
short; *odd row* = a row of a list that could not be understood.
"""
