"""Mirrors ``server/cli``."""
