"""The simulated event form of Outlook: a stand-in of office.js and how a page of the panel is shown in it.

Imports nothing. Words: *form* is what a person edits, *panel* the add-in's page beside it.
"""
