"""The shapes of the admin API, one module per group of resources. They are the contract: see ``docs/api.md``."""
