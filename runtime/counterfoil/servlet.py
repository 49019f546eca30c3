"""Helpers for servlets that are written by hand, beside the generated ones or without any.

    class BoardServlet(RestServlet):
        PATTERNS = [path("/boards/{board}")]

        def on_GET(self, request: Request, board: str) -> tuple[int, object]:
            limit = parse_integer(request, "limit", default=20)
            order = parse_string(request, "order", default="new", allowed_values=["new", "old"])
            return 200, {"notices": notices(board, limit, order)}

        def on_PUT(self, request: Request, board: str) -> tuple[int, object]:
            body = validate_json_object(parse_json_object_from_request(request), Board)
            boards[board] = body
            return 200, {}

    resource = JsonResource()
    BoardServlet().register(resource)

`parse_integer`, `parse_boolean`, `parse_string`, `parse_enum` and `parse_json` read one query
parameter; with a default, or with `required=True`, they return no None. `parse_strings_from_args`
and `parse_bytes_from_args` read a mapping such as `request.args`. The rest read JSON bodies.

Whatever they refuse is an `InvalidRequestError`: a 400 with one of Matrix's errcodes, which names
the parameter or field, and quotes nothing that the client sent.
"""

from counterfoil._input.arguments import (
    parse_boolean,
    parse_bytes_from_args,
    parse_enum,
    parse_integer,
    parse_json,
    parse_string,
    parse_strings_from_args,
)
from counterfoil._input.json_bodies import (
    assert_params_in_dict,
    parse_json_object_from_request,
    parse_json_value_from_request,
    validate_json_object,
)
from counterfoil._servlets.rest import RestServlet

__all__ = [
    "RestServlet",
    "assert_params_in_dict",
    "parse_boolean",
    "parse_bytes_from_args",
    "parse_enum",
    "parse_integer",
    "parse_json",
    "parse_json_object_from_request",
    "parse_json_value_from_request",
    "parse_string",
    "parse_strings_from_args",
    "validate_json_object",
]
