"""Rules about reading a spec: files, text, YAML, JSON, and `$ref`."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen.diagnostics import Rule, Severity


def _error(rule_id: str, summary: str) -> Rule:
    return Rule(rule_id, Severity.ERROR, summary)


# Files
FILE_MISSING: Final = _error("CF101", "A file or folder that is named does not exist.")
FILE_UNREADABLE: Final = _error("CF102", "A spec is an ordinary file that may be read.")
FILE_TOO_LARGE: Final = _error("CF103", "A spec file holds at most 16 MiB.")
OUTSIDE_ROOT: Final = _error("CF104", "Every file of a spec lies inside the project's root.")
NO_DOCUMENT: Final = _error("CF105", "A spec folder holds at least one OpenAPI document.")

# Text
NOT_UTF8: Final = _error("CF111", "A spec is encoded in UTF-8.")
CONTROL_CHARACTER: Final = _error("CF113", "A spec holds no raw control characters, and no NUL.")
LONE_SURROGATE: Final = _error("CF114", "An escape in a string stands for a whole character.")
EMPTY_FILE: Final = _error("CF115", "A spec file has content.")

# YAML
YAML_SYNTAX: Final = _error("CF121", "A file that does not end in .json is YAML 1.2.")
YAML_DIRECTIVE: Final = _error("CF122", "A YAML file has no directive but %YAML 1.2.")
YAML_TAG: Final = _error("CF123", "A YAML value has no tag that changes what it is.")
SEVERAL_DOCUMENTS: Final = _error("CF124", "A YAML file holds one document.")
MERGE_KEY: Final = _error("CF125", "A YAML mapping has no merge key: YAML 1.2 knows none.")
KEY_NOT_SCALAR: Final = _error("CF126", "A key is a string, a number or a boolean.")
CYCLIC_ALIAS: Final = _error("CF127", "A YAML alias does not stand inside its own anchor.")

# JSON
JSON_SYNTAX: Final = _error("CF131", "A file that ends in .json is JSON (RFC 8259).")

# YAML and JSON
DUPLICATE_KEY: Final = _error("CF141", "A key stands once in a mapping.")
KEY_CLASH: Final = _error("CF142", "Keys of one mapping differ as text: 200 is '200'.")
TOO_DEEP: Final = _error("CF143", "A document nests at most 64 levels, aliases included.")
TOO_MANY_VALUES: Final = _error(
    "CF144", "A document holds at most 1,000,000 keys and values, aliases expanded."
)
NOT_FINITE: Final = _error("CF145", "A number is finite.")
NUMBER_TOO_LONG: Final = _error("CF146", "A number has at most 100 characters.")

# $ref
REF_NOT_STRING: Final = _error("CF151", "A $ref is a string.")
REF_REMOTE: Final = _error("CF152", "A $ref does not lead to the network.")
REF_ABSOLUTE: Final = _error("CF153", "A $ref names a file by a relative path.")
REF_SCHEME: Final = _error("CF154", "A $ref leads to a file or a component, not to data: or urn:.")
REF_MALFORMED: Final = _error(
    "CF155", "A $ref is a URI with a JSON pointer (RFC 6901) or an anchor."
)
REF_TARGET_MISSING: Final = _error("CF157", "What a $ref points at exists.")
REF_LOOP: Final = _error("CF158", "A chain of $ref ends at something that is not a $ref.")
REFERENCES: Final = (
    FILE_MISSING,
    REF_NOT_STRING,
    REF_REMOTE,
    REF_ABSOLUTE,
    REF_SCHEME,
    REF_MALFORMED,
    REF_TARGET_MISSING,
    REF_LOOP,
)

# Shape
WRONG_TYPE: Final = _error("CF161", "A value has the type that OpenAPI gives its key.")
