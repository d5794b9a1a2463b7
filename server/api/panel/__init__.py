"""The panel's pages under ``/addin/`` and the add-in's manifest: what Outlook fetches, never who uses it.

``manifest`` and ``manifest_check`` are pure, ``files`` serves what ``addin/build.mjs`` built. May import ``domain``.
"""
