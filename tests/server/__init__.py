"""Mirrors ``server``."""
