"""Uživatelé a licence: who is synchronised, who asks for it, and how many may be."""
