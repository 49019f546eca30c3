"""Holds what handlers answer against the spec, with a validator of JSON Schema."""
