"""What the product costs and how fast it is: one module per group of bars, the same rig as the tests.

Counts are exact, costs are CPU time and never wall time, throughput only a ratio to a reference in the same run.
"""
