"""`x-counterfoil`: the one extension object for all that is ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from counterfoil_codegen import ir
from counterfoil_codegen.diagnostics import Diagnostics
from counterfoil_codegen.document import Node
from counterfoil_codegen.lower.cors import read_cors
from counterfoil_codegen.lower.fields import Fields
from counterfoil_codegen.lower.lifecycle import check_order, read_milestone
from counterfoil_codegen.rules import api as rules

NAME: Final = "x-counterfoil"
_OF_A_DOCUMENT: Final = ("cors", "deprecation", "max-body", "sunset", "timeout")
_OF_AN_OPERATION: Final = ("cancellable", *_OF_A_DOCUMENT, "stream")
_LONGEST_TIMEOUT: Final = 7 * 24 * 3600
_LARGEST_BODY: Final = 2**50


@dataclass(frozen=True, slots=True)
class Extension:
    """What `x-counterfoil` says of an operation, or of all operations of a document."""

    options: ir.Options = field(default_factory=ir.Options)
    stream: Node | None = None  # where it says that the body is read as it arrives


def read_extension(operation: Node, shared: Extension, diagnostics: Diagnostics) -> Extension:
    """Read the extension object of *operation*; what it leaves out is as *shared* says."""
    node = operation.mapping(NAME)
    if node is None:
        return shared
    fields = Fields(node, NAME, diagnostics)
    fields.check_keys(_OF_AN_OPERATION)
    own, of_all = _options(fields, diagnostics), shared.options
    options = ir.Options(
        cancellable=fields.flag("cancellable"),
        timeout=of_all.timeout if own.timeout is None else own.timeout,
        max_body=of_all.max_body if own.max_body is None else own.max_body,
        cors=of_all.cors if own.cors is None else own.cors,
        deprecation=of_all.deprecation if own.deprecation is None else own.deprecation,
        sunset=of_all.sunset if own.sunset is None else own.sunset,
    )
    check_order(fields, own, options)
    return Extension(
        options,
        fields.get("stream") if fields.flag("stream") else None,
    )


def read_shared_extension(document: Node, diagnostics: Diagnostics) -> Extension:
    """Read the extension object at the root of *document*: it is for all operations there."""
    node = document.mapping(NAME)
    if node is None:
        return Extension()
    fields = Fields(node, f"{NAME} of a document", diagnostics)
    fields.check_keys(_OF_A_DOCUMENT, "write it in the operations that it is meant for")
    options = _options(fields, diagnostics)
    check_order(fields, options, options)
    return Extension(options)


def refuse_stream(extension: Extension, why: str, diagnostics: Diagnostics) -> None:
    """Report an operation that asked for it, and has no body to read as it arrives."""
    if extension.stream is not None:
        diagnostics.report(
            rules.BAD_EXTENSION,
            extension.stream.key_span,
            f"{NAME}: 'stream' is for a body that is read as it arrives, and {why}",
            "remove it, or declare a requestBody of another media type",
        )


def _options(fields: Fields, diagnostics: Diagnostics) -> ir.Options:
    timeout = fields.duration("timeout", _LONGEST_TIMEOUT)
    cors = fields.get("cors")
    return ir.Options(
        timeout=None if timeout is None else float(timeout),
        max_body=fields.size("max-body", _LARGEST_BODY),
        cors=None if cors is None else read_cors(cors, NAME, diagnostics),
        deprecation=read_milestone(fields, "deprecation", diagnostics),
        sunset=read_milestone(fields, "sunset", diagnostics),
    )
