"""The way in: which server, is it the right one, who are you, a new password."""
