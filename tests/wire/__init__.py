"""Mutated requests, and what must come of them: `make fuzz-wire`."""
