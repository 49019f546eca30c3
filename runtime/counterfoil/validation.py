"""Holds what handlers answer against the spec, where a server asks for it.

    root = JsonResource(validation=ResponseValidation())

In tests `counterfoil.testing.TestClient` does so by itself. A module of its own, for a validator of
JSON Schema is large.
"""

from counterfoil._validation.response_validation import ResponseValidation

__all__ = ["ResponseValidation"]
