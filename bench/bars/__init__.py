"""One module for each group of bars: what is measured, against which target, and what stands in the way of it."""
