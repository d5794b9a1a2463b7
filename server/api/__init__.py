"""HTTP: notifications from Raynet and Microsoft, health, metrics.

May import the store, ports and below; never ``sync``, whom it meets in the store, nor the two remote systems.
"""
