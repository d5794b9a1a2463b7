"""Who may see and do what, proved over every route of the admin API."""
