"""The demonstration: a page with both calendars side by side, and a day of changes played by itself.

It knows the simulated world and nothing of the product; what the product thinks of an item is asked of the program
that started the demonstration (see :mod:`simulator.demo.parent`).
"""
