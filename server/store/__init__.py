"""The product's memory: tables, queries that answer in domain values, leases, secrets at rest, migrations.

May import :mod:`server.ports`, :mod:`server.flow`, :mod:`server.errors` and the domain. SQLAlchemy Core, Alembic and
the drivers of the databases stay in here; what leaves are frozen values and :mod:`server.errors`.

Words: a *scope* is one firm's transaction; whatever looks across firms has ``unscoped`` in its name; a *sealed* column
holds AES-GCM text that only a process with the master key can read.
"""
