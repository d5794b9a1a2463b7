"""Deterministic histories: the real flows over the simulator's models in simulated time, every choice from one seed.

``python -m tests.histories run --first 0 --count 1000`` plays seeds; a failing one is shrunk to a short script, printed
with the command that repeats it, and belongs into ``corpus/``, which every run of the tests plays again.

Words: a *history* is one life of a small world; its *script* says what people, faults and workers do in it; a *turn*
is one visit of a worker to a firm; *quiescence* is reached when nothing is left to do though time goes on.
"""
