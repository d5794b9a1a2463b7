"""The signed-in window: sections on the left, the firm and the account at the top, one section in the middle."""
