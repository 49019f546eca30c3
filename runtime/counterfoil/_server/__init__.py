"""Connections, and the requests that come over them."""
