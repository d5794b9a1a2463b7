"""What the panel's API keeps and looks up: drafts and changes, who the user is here, sign-in tickets, an event's sight.

Scoped to the caller's firm and, below that, to the caller's own mailbox. The worker's side is in ``queries/panel.py``.
"""
