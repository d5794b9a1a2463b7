"""Souhlas Azure: the tenant's permission, from the link to the proof that it works."""
