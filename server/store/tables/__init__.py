"""The tables, a file per aggregate. Columns bear the names of the domain values' members, so that a row is a value."""
