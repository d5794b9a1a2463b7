"""Synchronizace: what waits and why, decisions, passes with undo, pairs with their trails, both sides' limits."""
