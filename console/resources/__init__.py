"""Icons, controls and the style sheet; data only."""
