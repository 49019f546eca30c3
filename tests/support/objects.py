"""The objects of OpenAPI 3.2, section 4, and of JSON Schema 2020-12: the fields of each.

`X` is an object of that name, `[X]` a list of them, `{X}` a map to them; "" is any other value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_INFO: Final = (
    "title",
    "summary",
    "description",
    "termsOfService",
    "contact",
    "license",
    "version",
)
_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_EXAMPLES: Final = {"example": "", "examples": ""}
_LINKS: Final = ("operationRef", "operationId", "parameters", "requestBody", "description")
_SCHEMAS: Final = (
    "items",
    "contains",
    "additionalProperties",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentSchema",
)
_LISTS_OF_SCHEMAS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS_OF_SCHEMAS: Final = ("properties", "patternProperties", "dependentSchemas", "$defs")
_KEYWORDS: Final = (
    *("$ref", "$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$comment"),
    *("type", "enum", "const", "format", "nullable", "default", "discriminator"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType"),
    *("minItems", "maxItems", "uniqueItems", "minContains", "maxContains"),
    *("required", "minProperties", "maxProperties", "dependentRequired"),
    *("title", "description", "deprecated", "readOnly", "writeOnly", "example", "examples"),
    *("externalDocs", "xml"),
)

OBJECTS: Final[Mapping[str, Mapping[str, str]]] = {
    "OpenAPI": {
        **dict.fromkeys(("openapi", "$self", "jsonSchemaDialect", "security", "externalDocs"), ""),
        "info": "Info",
        "servers": "[Server]",
        "paths": "{Path Item}",
        "webhooks": "{Path Item}",
        "components": "Components",
        "tags": "[Tag]",
    },
    "Info": dict.fromkeys(_INFO, ""),
    "Server": dict.fromkeys(("url", "description", "name", "variables"), ""),
    "Components": {
        "schemas": "{Schema}",
        "responses": "{Response}",
        "parameters": "{Parameter}",
        "examples": "",
        "requestBodies": "{Request Body}",
        "headers": "{Header}",
        "securitySchemes": "{Security Scheme}",
        "links": "{Link}",
        "callbacks": "{Callback}",
        "pathItems": "{Path Item}",
        "mediaTypes": "{Media Type}",
    },
    "Tag": dict.fromkeys(("name", "summary", "description", "externalDocs", "parent", "kind"), ""),
    "Path Item": {
        **dict.fromkeys(("$ref", "summary", "description"), ""),
        **dict.fromkeys(_METHODS, "Operation"),
        "additionalOperations": "{Operation}",
        "servers": "[Server]",
        "parameters": "[Parameter]",
    },
    "Operation": {
        **dict.fromkeys(("tags", "summary", "description", "externalDocs", "operationId"), ""),
        "parameters": "[Parameter]",
        "requestBody": "Request Body",
        "responses": "{Response}",
        "callbacks": "{Callback}",
        "deprecated": "",
        "security": "",
        "servers": "[Server]",
    },
    "Callback": {"*": "Path Item"},
    "Parameter": {
        **dict.fromkeys(("$ref", "name", "in", "description", "required", "deprecated"), ""),
        **dict.fromkeys(("allowEmptyValue", "style", "explode", "allowReserved"), ""),
        "schema": "Schema",
        "content": "{Media Type}",
        **_EXAMPLES,
    },
    "Request Body": {
        "$ref": "",
        "description": "",
        "content": "{Media Type}",
        "required": "",
    },
    "Media Type": {
        "$ref": "",
        "schema": "Schema",
        "itemSchema": "Schema",
        "encoding": "{Encoding}",
        "prefixEncoding": "[Encoding]",
        "itemEncoding": "Encoding",
        **_EXAMPLES,
    },
    "Encoding": {
        "contentType": "",
        "headers": "{Header}",
        **dict.fromkeys(("style", "explode", "allowReserved"), ""),
    },
    "Response": {
        **dict.fromkeys(("$ref", "summary", "description"), ""),
        "headers": "{Header}",
        "content": "{Media Type}",
        "links": "{Link}",
    },
    "Header": {
        **dict.fromkeys(("$ref", "description", "required", "deprecated"), ""),
        **dict.fromkeys(("style", "explode"), ""),
        "schema": "Schema",
        "content": "{Media Type}",
        **_EXAMPLES,
    },
    "Link": dict.fromkeys(_LINKS, ""),
    "Security Scheme": {
        **dict.fromkeys(("$ref", "type", "description", "name", "in", "scheme"), ""),
        **dict.fromkeys(("bearerFormat", "flows", "openIdConnectUrl"), ""),
        **dict.fromkeys(("oauth2MetadataUrl", "deprecated"), ""),
    },
    "Schema": {
        **dict.fromkeys(_KEYWORDS, ""),
        **dict.fromkeys(_SCHEMAS, "Schema"),
        **dict.fromkeys(_LISTS_OF_SCHEMAS, "[Schema]"),
        **dict.fromkeys(_MAPS_OF_SCHEMAS, "{Schema}"),
    },
}
