"""From a request to the typed input of an operation."""
