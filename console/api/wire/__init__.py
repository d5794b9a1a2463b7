"""Shapes of the contract as the console reads them: unknown members pass (a newer server), missing ones do not."""
