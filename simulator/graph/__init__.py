"""Simulated Microsoft Graph: calendars, meetings, delta, notifications, batch and directories of several tenants.

May import ``simulator.wire`` and ``simulator.entra``. Words: *item* is what a mailbox stores, *state* its immutable
content between two saves, *entry* one line of a view (a single event, an occurrence or an exception), *save* anything
that bumps the change key.
"""
