"""The Raynet adapter over the simulated Raynet and over scripted replies."""
