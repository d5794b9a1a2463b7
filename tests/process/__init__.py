"""Load and faults on real processes: `python -m tests.process P1 ...`; short shares of each are tests of CI.

The simulated world runs in the harness, `ros worker` and `ros serve` as processes over HTTPS on a real database. What
came of it is told from the recorded histories of both remote sides, never from the product's own word.
"""
