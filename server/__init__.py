"""Everything that runs on the synchronisation server. Never imports ``console`` or ``simulator``."""
