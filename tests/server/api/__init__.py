"""HTTP: through the whole application over a real store."""
