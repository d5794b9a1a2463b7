"""One package per section. A view lays out and connects; what it says comes from the presenters."""
