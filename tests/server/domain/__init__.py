"""Tests of the pure domain: values in, values out."""
