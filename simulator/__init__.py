"""Faithful simulated Raynet CRM, Microsoft Graph and Entra ID: pure in-process models with a thin HTTPS skin.

May not import ``server`` or ``console``: it knows the outside systems only, never our product.
"""
