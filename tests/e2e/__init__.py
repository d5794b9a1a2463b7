"""The product as people run it: real processes over the simulated world."""
