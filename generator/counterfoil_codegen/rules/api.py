"""CF2xx: what an OpenAPI document says; CF3xx: names; CF4xx: what is not supported yet."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.diagnostics import Rule, Severity

NOT_OPENAPI: Final = Rule(
    "CF201",
    Severity.ERROR,
    "A spec is an OpenAPI document.",
)
UNKNOWN_VERSION: Final = Rule(
    "CF202",
    Severity.ERROR,
    "A document is of OpenAPI 3.0, 3.1 or 3.2.",
)
MISSING_KEY: Final = Rule(
    "CF203",
    Severity.WARNING,
    "A document has the keys that OpenAPI requires.",
)
BAD_DEFAULT: Final = Rule(
    "CF204",
    Severity.WARNING,
    "A parameter's default fits the parameter's own schema.",
)
DUPLICATE_OPERATION: Final = Rule(
    "CF205",
    Severity.ERROR,
    "No two operations have one path and method.",
)
CLASHING_TEMPLATES: Final = Rule(
    "CF206",
    Severity.ERROR,
    "Two operations of one method differ in more than the names of their path's parameters.",
    if_waived="the first in the documents is served",
)
PARAMETER_NOT_IN_PATH: Final = Rule(
    "CF207",
    Severity.WARNING,
    "A path parameter occurs in the path template; one that does not is left out.",
)
PATH_NOT_DECLARED: Final = Rule(
    "CF208",
    Severity.WARNING,
    "A parameter that the path template names is declared.",
)
BAD_TEMPLATE: Final = Rule(
    "CF209",
    Severity.ERROR,
    "A path template is well-formed.",
    if_waived="the path is left out",
)
BAD_EXTENSION: Final = Rule(
    "CF210",
    Severity.ERROR,
    "x-counterfoil holds only keys that are known, with values that fit.",
)
BAD_SERVER: Final = Rule(
    "CF211",
    Severity.WARNING,
    "A server's URL has a path that operations can be mounted under; or else they are without one.",
)
BAD_PARAMETER: Final = Rule(
    "CF212",
    Severity.ERROR,
    "A parameter has a name and a location.",
    if_waived="the parameter is left out",
)
BAD_STATUS: Final = Rule(
    "CF213",
    Severity.WARNING,
    "A response's key is a status code, a range of them, or `default`; another is left out.",
)
SCHEMA_LOOP: Final = Rule(
    "CF214",
    Severity.ERROR,
    "A schema is not made of itself.",
)
NO_OPERATIONS: Final = Rule(
    "CF215",
    Severity.WARNING,
    "The documents of an API declare an operation.",
)
OPTIONAL_PATH: Final = Rule(
    "CF216",
    Severity.WARNING,
    "A path parameter is marked required.",
)
BAD_SCHEMA: Final = Rule(
    "CF217",
    Severity.WARNING,
    "A schema is well-formed: what is not in it is read as if it were not there.",
)

BAD_SECURITY_SCHEME: Final = Rule(
    "CF218",
    Severity.WARNING,
    "A security scheme says of which type it is, and where its credentials are.",
)
UNKNOWN_SCHEME: Final = Rule(
    "CF219",
    Severity.WARNING,
    "A security requirement names schemes that are declared.",
)
UNKNOWN_SCOPE: Final = Rule(
    "CF220",
    Severity.WARNING,
    "A required scope is declared by a flow of its scheme.",
)
ROLES: Final = Rule(
    "CF221",
    Severity.WARNING,
    "In OpenAPI 3.0, scopes are required of OAuth 2 and OpenID Connect alone.",
)

NULL_VALUE: Final = Rule(
    "CF222",
    Severity.WARNING,
    "No null stands where OpenAPI has none; it is read as if its key were absent.",
)
BAD_METHOD: Final = Rule(
    "CF227",
    Severity.ERROR,
    "The method of an additional operation is a token that no field of a path item stands for.",
)

NAME_CLASH: Final = Rule(
    "CF301",
    Severity.WARNING,
    "No two names of one scope become one Python name; or else a hash tells them apart.",
)
DUPLICATE_ID: Final = Rule(
    "CF302",
    Severity.WARNING,
    "No two operations have one operationId; or else their names are derived from the paths.",
)
DERIVED_ID: Final = Rule(
    "CF303",
    Severity.NOTE,
    "An operation has an operationId; or else its name is derived from the path.",
)

SCHEME_CLASH: Final = Rule(
    "CF304",
    Severity.ERROR,
    "The documents of an API mean one security scheme by one name.",
)

MEDIA_TYPE: Final = Rule(
    "CF401",
    Severity.WARNING,
    "Of several media types of an answer, one is not generated.",
)
PARAMETER_CONTENT: Final = Rule(
    "CF403",
    Severity.WARNING,
    "A parameter described by `content` that is not JSON is handed to the handler as text.",
)
PARAMETER_STYLE: Final = Rule(
    "CF404",
    Severity.WARNING,
    "A parameter's style is one of its location.",
)
SCHEMA_KEYWORD: Final = Rule(
    "CF406",
    Severity.WARNING,
    "A schema keyword is not enforced in the answers to what an API sends.",
)
RAW_BODY: Final = Rule(
    "CF408",
    Severity.WARNING,
    "A body that is not JSON is not held to its schema.",
)
CALLBACKS: Final = Rule(
    "CF409",
    Severity.WARNING,
    "What a webhook or callback sends is JSON, text or bytes, and parameters in the usual style.",
)
PATTERN: Final = Rule(
    "CF411",
    Severity.WARNING,
    "A pattern that needs look-around, or too much time, is not enforced.",
)
DIALECT: Final = Rule(
    "CF412",
    Severity.WARNING,
    "A schema of another dialect is read as 3.1's.",
)
UNUSED_DEFAULT: Final = Rule(
    "CF413",
    Severity.WARNING,
    "A parameter's default is not generated: it is required, or of a type without literals.",
)
ESCAPED_PATH: Final = Rule(
    "CF414",
    Severity.WARNING,
    "A path has a space, a `?` or a `#` in it, and is served percent-encoded.",
)
UNKNOWN_KEY: Final = Rule(
    "CF417",
    Severity.WARNING,
    "An object has only keys that OpenAPI gives it, or that begin with x-.",
)
SCHEMA_DEFAULT: Final = Rule(
    "CF415",
    Severity.WARNING,
    "A schema's default that does not fit it is not generated.",
)
SCHEMA_CONFLICT: Final = Rule(
    "CF416",
    Severity.WARNING,
    "The parts of a schema agree on some value.",
)

QUERYSTRING: Final = Rule(
    "CF426",
    Severity.WARNING,
    "A parameter that is the whole query string is not read for the handler.",
)
OTHER_SERVER: Final = Rule(
    "CF427",
    Severity.NOTE,
    "Of servers with several paths, operations are served under the first one's.",
)

INTERIM_STATUS: Final = Rule(
    "CF460",
    Severity.WARNING,
    "A status of the class 1xx is no answer; it is not generated.",
)

ALL: Final = tuple(value for value in vars().copy().values() if isinstance(value, Rule))
