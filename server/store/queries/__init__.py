"""The store's operations of :mod:`server.ports` as functions of a scope: values in, values out."""
