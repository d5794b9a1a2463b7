"""Simulated Entra ID: tenants, registrations, consent, sign-in and signed tokens for any number of directories.

May import ``simulator.wire`` only. Words: *registration* is the app as its maker describes it (one for all tenants),
*service principal* its presence in one tenant after consent, *role* an application permission, *scope* a delegated one.
"""
