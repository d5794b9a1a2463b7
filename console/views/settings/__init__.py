"""Settings: of the firm (Raynet, rules, administrators), of one's own account, of this console."""
