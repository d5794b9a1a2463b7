"""Pages that anybody on the internet may open: what they show depends on nothing but a secret in their address."""
