"""The whole schema: importing this module has declared every table."""

from server.store.tables import accounts, gauges, items, journal, oversight, panel, people, runtime
from server.store.tables.meta import metadata

__all__ = ["accounts", "gauges", "items", "journal", "metadata", "oversight", "panel", "people", "runtime"]
