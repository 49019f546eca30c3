"""The texts of docstrings, put together from what the spec says: plain text, see `DocText`."""

from __future__ import annotations

from typing import Final

from counterfoil_codegen import ir


def package(api: ir.Api) -> str:
    """The API's title, version and description."""
    name = f"{title(api)} {api.version.strip()}".strip()
    return _paragraphs(f"{name}.", api.doc)


def register(api: ir.Api) -> str:
    """What `register` does."""
    return f"Serve every operation of {title(api)} on *server*."


def errors(api: ir.Api) -> str:
    """What the module of errors is for."""
    return f"The errors that operations of {title(api)} declare. Raise them from a handler."


def models(api: ir.Api) -> str:
    """How the models are loaded."""
    return (
        f"The models of {title(api)}. "
        "Each module of them is imported when a name in it is first used."
    )


def group(of: ir.Group, api: ir.Api) -> str:
    """The description of a tag."""
    return of.doc.strip() or f"Operations of {title(api)}."


def error(of: ir.Error) -> str:
    """The description of an error."""
    of_status = "" if of.status is None else f" with status {of.status}"
    return of.doc.strip() or f"An error{of_status}."


def operation(of: ir.Operation) -> str:
    """Summary, method and path, the rest of the description, and what may be raised."""
    summary, _, rest = of.doc.strip().partition("\n\n")
    route = f"{of.method.value} {of.path.template}"
    raised = ", ".join(dict.fromkeys(str(error.name) for error in of.errors))
    told = [(str(one.name), one.doc) for one in of.parameters]
    told += [] if of.body is None else [("body", of.body.doc)]
    told += [pair for success in of.successes for pair in success.docs]
    parts = (f"{name}: {doc.strip()}" for name, doc in told if doc.strip())
    return _paragraphs(summary, route, rest, *parts, f"Raises: {raised}." if raised else "")


def headers(api: ir.Api) -> str:
    """What the module of headers is for."""
    return f"The headers that responses of {title(api)} declare. Give them to a reply or an error."


def response_headers(of: ir.ResponseHeaders) -> str:
    """The description of the response, and those of its headers."""
    told = (f"{one.wire_name}: {one.doc.strip()}" for one in of.members if one.doc.strip())
    return _paragraphs(of.doc.strip() or "Headers.", *told)


def forms(api: ir.Api) -> str:
    """What the module of forms is for."""
    return f"The forms in parts that operations of {title(api)} take."


def form(of: ir.Form) -> str:
    """The description of a form."""
    return of.doc.strip() or "A form."


def outgoing(api: ir.Api) -> str:
    """What the module of requests is for."""
    return f"What {title(api)} sends by itself: see `counterfoil.client.send`."


def message(of: ir.Message) -> str:
    """Summary, method and occasion, the rest of the description, and what may be raised."""
    summary, _, rest = of.doc.strip().partition("\n\n")
    raised = ", ".join(dict.fromkeys(str(error.name) for error in of.errors))
    raises = f"Raises, when it is sent: {raised}." if raised else ""
    return _paragraphs(summary, f"{of.method.value}, {of.occasion}", rest, raises)


def security(api: ir.Api) -> str:
    """What the module of security is for."""
    return f"Who may call the operations of {title(api)}: implement `Authenticator`."


_CREDENTIALS: Final = {
    ir.SchemeKind.BEARER: "A token in `Authorization: Bearer`.",
    ir.SchemeKind.BASIC: "Name and password in `Authorization: Basic`.",
    ir.SchemeKind.HTTP: "Credentials in `Authorization`.",
    ir.SchemeKind.HEADER_KEY: "A key in a header.",
    ir.SchemeKind.QUERY_KEY: "A key in the query.",
    ir.SchemeKind.COOKIE_KEY: "A key in a cookie.",
    ir.SchemeKind.CERTIFICATE: "A certificate of the client.",
    ir.SchemeKind.UNDECLARED: "The spec does not declare it: find the credentials yourself.",
}


def scheme(of: ir.SecurityScheme) -> str:
    """The description of a scheme, and what more its method has to know."""
    granted = "Say which scopes the credentials bear: an operation may require some."
    previous = "`previous` is whom the scheme before this one has named, if there was one."
    return _paragraphs(
        of.doc.strip() or _CREDENTIALS[of.kind],
        previous if of.follows else "",
        granted if of.scoped else "",
    )


def title(api: ir.Api) -> str:
    """The API's title on one line, or its package's name."""
    return " ".join(api.title.split()) or str(api.package)


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in (text.strip("\n") for text in texts) if text.strip())
