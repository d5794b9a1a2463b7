"""Doorbells: what Raynet and Microsoft tell is stored as notices and answered at once; nothing here reads them."""
