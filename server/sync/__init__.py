"""The worker's flows: notice, read, match, plan, apply, recover, maintain. Effects are yielded, never done here.

Only ``driver.py``, ``worker.py`` and ``preview.py`` touch threads and clocks. Knows Raynet and Microsoft as ports.
"""
