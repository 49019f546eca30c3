"""The generator: an OpenAPI description in, a typed Twisted server package out."""
