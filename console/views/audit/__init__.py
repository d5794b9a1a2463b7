"""Protokol: who changed what, append-only."""
