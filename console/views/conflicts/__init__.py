"""Konflikty: values that lost when both sides changed the same field, and bringing them back."""
