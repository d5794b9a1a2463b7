"""Tests of the simulated systems: they must answer as the vendors do, whatever our product expects."""
