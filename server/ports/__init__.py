"""What we need from outside, as typed operations in domain terms: a flow yields them (see :mod:`server.flow`).

The adapters' ``perform`` functions execute them and raise only :mod:`server.errors`. An operation that writes is sent
at most once per yield: adapters never repeat writes. May import the domain, ``server.flow`` and ``server.errors``.
"""
