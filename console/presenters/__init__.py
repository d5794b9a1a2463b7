"""What views show and allow, as pure functions of what the server said. No widgets, no HTTP."""
