"""The guide from an empty firm to one that is synchronised: connect, consent, users, rules, preview, start."""
