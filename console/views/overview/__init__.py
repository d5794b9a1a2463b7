"""Health at a glance: all visible firms for the operator, one's own firm for everybody else."""
