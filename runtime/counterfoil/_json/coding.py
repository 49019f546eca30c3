"""JSON: read strictly, written canonically."""

from counterfoil._json.decoding import MAX_DEPTH, JsonError, JsonValue, MalformedJsonError, decode
from counterfoil._json.encoding import encode

__all__ = ["MAX_DEPTH", "JsonError", "JsonValue", "MalformedJsonError", "decode", "encode"]
