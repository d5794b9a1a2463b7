"""A server process of its own, signed-in windows, and looking for widgets by name."""
