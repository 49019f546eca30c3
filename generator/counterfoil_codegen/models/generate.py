"""The call of datamodel-code-generator; nothing else imports it.

Every option that could change what comes out is given, so that neither a new default nor a
`pyproject.toml` in the current folder does.
"""

from __future__ import annotations

from collections.abc import Mapping

from datamodel_code_generator import (
    InputFileType,
    LiteralType,
    NamingStrategy,
    OpenAPIScope,
    PythonVersion,
    VersionMode,
    generate,
)
from datamodel_code_generator.enums import DataModelType, TargetPydanticVersion
from datamodel_code_generator.format import DateClassType, DatetimeClassType

from counterfoil_codegen.models.express import Expression
from counterfoil_codegen.models.problems import ModelError


def generate_types(document: Mapping[str, Expression]) -> str:
    """Python text with a class or a type alias for each schema of *document*, unformatted.

    Nothing is read from the network or from files, and nothing is written.

    Raises:
        ModelError: the generator gave something else.
    """
    text = generate(
        _openapi(document),
        input_file_type=InputFileType.OpenAPI,
        input_filename="models",
        openapi_scopes=[OpenAPIScope.Schemas],
        schema_version="3.1",
        schema_version_mode=VersionMode.Lenient,
        output=None,
        output_model_type=DataModelType.PydanticV2BaseModel,
        target_python_version=PythonVersion.PY_311,
        target_pydantic_version=TargetPydanticVersion.V2_12,
        # What is read: this dictionary, and nothing that it could name.
        allow_remote_refs=False,
        strict_refs=True,
        # What is written: no formatter, whose settings come from the current folder; no header.
        formatters=[],
        disable_timestamp=True,
        enable_version_header=False,
        enable_command_header=False,
        disable_future_imports=False,
        custom_file_header="",
        # Types.
        use_annotated=True,
        field_constraints=True,
        use_standard_collections=True,
        use_union_operator=True,
        use_generic_container_types=False,
        use_object_type=True,
        use_type_alias=True,
        use_type_alias_type=True,
        collapse_root_models=False,
        enum_field_as_literal=LiteralType.All,
        output_datetime_class=DatetimeClassType.Awaredatetime,
        output_date_class=DateClassType.Date,
        use_decimal_for_multiple_of=False,
        use_unique_items_as_set=False,
        strict_nullable=True,
        # Names: those of the document.
        naming_strategy=NamingStrategy.PrimaryFirst,
        snake_case_field=False,
        treat_dot_as_module=False,
        use_title_as_name=False,
        reuse_model=False,
        keep_model_order=False,
        # Text: there is none in the document.
        use_schema_description=False,
        use_field_description=False,
        field_include_all_keys=False,
    )
    if not isinstance(text, str):
        raise ModelError("the model generator gave no text")
    return text


def _openapi(document: Mapping[str, Expression]) -> dict[str, object]:
    """The least OpenAPI document with these schemas."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "models", "version": "1"},
        "paths": {},
        "components": {"schemas": dict(document)},
    }
