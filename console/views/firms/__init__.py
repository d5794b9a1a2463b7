"""Firmy: the operator's customers; adding one and the guided set-up."""
