"""From a request to an instance of an operation's input class.

A plan is made for each input class at its first request: one pydantic-core validator for all of its
parameters, and one for its body. Every fault is collected before the request is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, get_args, get_type_hints

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator, core_schema

from counterfoil._input.accept import accepted
from counterfoil._input.bodies import BodyReader, Content, body_choices, body_reader, contract_of
from counterfoil._input.branching import json_validator
from counterfoil._input.markers import Accept, BodyCheck, Parameter
from counterfoil._input.parameters import collector
from counterfoil._input.problems import Problem, refusal
from counterfoil._input.shapes import Shape
from counterfoil._input.slots import Slot, Texts
from counterfoil._input.wire import Definitions, textual, type_adapter
from counterfoil._json.jsonable import jsonable
from counterfoil._types import Request

__all__ = ["read", "receive"]

T = TypeVar("T")


def read(request: Request, inputs: type[T], path: Mapping[str, str]) -> T:
    """An instance of the input class *inputs*, filled from *request* and the path's parameters.

    A query parameter that is no list may be given once; of two cookies the first counts; unknown
    ones are ignored. A header that is given more than once is one comma-separated value (RFC 9110,
    section 5.3).
    Numbers are spelled as in JSON, booleans `true` or `false`.

    Raises `InvalidRequestError`, a 400 that holds every fault with its location, `CodedError` with
    415 for a body of another media type and with 406 for an answer of another, and `TypeError` for
    a class that is no input class.
    """
    plan = _PLANS.get(inputs) or _planned(inputs)
    if plan.body is not None:
        plan.body.check(request)
    given = inputs.__new__(inputs)
    given.__dict__ = plan.values(request, path, None)
    return given


async def receive(request: Request, inputs: type[T], path: Mapping[str, str]) -> T:
    """As `read`, for a route that is called before the body of its request has come.

    A body that the handler reads as it arrives is not waited for. Raises as `read` does, and as
    reading a `BodyStream` does.
    """
    plan = _PLANS.get(inputs) or _planned(inputs)
    content = None
    if plan.body is not None:
        plan.body.check(request)
        content = await plan.body.arrived(request)
    given = inputs.__new__(inputs)
    given.__dict__ = plan.values(request, path, content)
    return given


class _Parameters:
    """The parameters of one operation."""

    def __init__(self, slots: Sequence[Slot], validator: SchemaValidator) -> None:
        self._collect = collector(slots)
        has_objects = any(slot.shape.is_object for slot in slots)
        exactly = partial(validator.validate_python, by_alias=True, by_name=False)
        self._validate = exactly if has_objects else validator.validate_python
        self._locations = {slot.attribute: slot.location for slot in slots}

    def read(
        self, request: Request, path: Mapping[str, str], problems: list[Problem]
    ) -> dict[str, object]:
        texts: Texts = {}
        self._collect(request, path, texts, problems)
        try:
            values: dict[str, object] = self._validate(texts)
        except ValidationError as error:
            problems += self._found(error, {problem.location for problem in problems})
            return {}
        return values

    def _found(self, error: ValidationError, undecoded: set[str]) -> list[Problem]:
        """What pydantic found, but for parameters that are missing as they could not be decoded."""
        found = []
        for each in error.errors(include_url=False, include_input=False):
            attribute, *inner = each["loc"]
            location = self._locations[str(attribute)]
            places = (location, location.partition(".")[0])
            if not any(each in places or each.startswith(f"{location}.") for each in undecoded):
                found.append(Problem.of(each, (location, *inner)))
        return found


@dataclass(frozen=True, slots=True)
class _Accept:
    """The attribute that says what the answer is to be, and what there is to choose from."""

    attribute: str
    offered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the requests of one operation are read."""

    parameters: _Parameters | None
    body: BodyReader | None
    accept: _Accept | None

    def values(
        self, request: Request, path: Mapping[str, str], content: Content
    ) -> dict[str, object]:
        problems: list[Problem] = []
        values: dict[str, object] = {}
        chosen = None if self.accept is None else accepted(request, self.accept.offered)
        if self.parameters is not None:
            values = self.parameters.read(request, path, problems)
        if self.body is not None:
            self.body.read(request, content, values, problems)
        if problems:
            raise refusal(problems)
        if self.accept is not None:
            values[self.accept.attribute] = chosen
        return values


_PLANS: dict[type[object], _Plan] = {}


def _planned(inputs: type[object]) -> _Plan:
    plan = _PLANS[inputs] = _plan(inputs)
    return plan


def _plan(inputs: type[object]) -> _Plan:
    # Evaluated among the module's names alone: an attribute may have the name of a type.
    hints = get_type_hints(inputs, localns={}, include_extras=True)
    slots: list[Slot] = []
    fields: dict[str, core_schema.TypedDictField] = {}
    definitions: Definitions = {}
    body: BodyReader | None = None
    accept: _Accept | None = None
    for attribute, annotation in hints.items():
        marker = _marker(annotation)
        choices = body_choices(annotation)
        if isinstance(marker, Accept):
            accept = _Accept(attribute, get_args(get_args(annotation)[0]))
        elif choices:
            body = body_reader(choices, attribute, optional=attribute in vars(inputs))
        elif isinstance(marker, Parameter):
            required = attribute not in vars(inputs)
            slot, schema = _slot(attribute, marker, annotation, definitions, required=required)
            slots.append(slot)
            fields[attribute] = _field(inputs, attribute, schema)
        else:
            raise TypeError(f"{inputs.__qualname__}.{attribute} does not say where it comes from")
    return _Plan(_parameters(slots, fields, definitions), body, accept)


def _marker(annotation: object) -> object:
    markers = (each for each in get_args(annotation)[1:] if isinstance(each, Parameter | Accept))
    return next(markers, None)


def _slot(
    attribute: str,
    marker: Parameter,
    annotation: object,
    definitions: Definitions,
    *,
    required: bool,
) -> tuple[Slot, CoreSchema]:
    """A parameter, and the schema of what its slot puts."""
    adapter = type_adapter(annotation)
    shape = Shape(adapter.core_schema, {})
    if marker.media_type is not None:
        document = json_validator(adapter)
        contract = contract_of(annotation)
        slot = Slot(attribute, marker, shape, document=document, contract=contract)
        return slot, core_schema.any_schema()
    slot = Slot(attribute, marker, shape, required=required)
    schema = textual(adapter.core_schema, definitions)
    contract = contract_of(annotation)
    if contract is not None:
        schema = core_schema.no_info_wrap_validator_function(partial(_held, contract), schema)
    return slot, core_schema.nullable_schema(schema) if slot.may_be_empty else schema


def _held(
    contract: BodyCheck, given: object, handler: core_schema.ValidatorFunctionWrapHandler
) -> object:
    """What *given* spells, if that is as *contract* has it. Raises `PydanticCustomError` if not."""
    value = handler(given)
    # A text of a path is more than a string, which no encoder knows.
    spelled = str(given) if isinstance(given, str) and isinstance(value, str) else jsonable(value)
    # A date is held as it was written: `+00:00` is not the `Z` that it would be written as.
    is_text = isinstance(given, str) and isinstance(spelled, str)
    for problem in contract.problems(str(given) if is_text else spelled, ""):
        raise PydanticCustomError("contract", "{text}", {"text": problem.text})
    return value


def _field(inputs: type[object], attribute: str, schema: CoreSchema) -> core_schema.TypedDictField:
    """An absent parameter is left to the class's default, or gets a copy of one that can change."""
    required = attribute not in vars(inputs)
    default: object = vars(inputs).get(attribute)
    if isinstance(default, FieldInfo):
        default = default.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, list):
        schema = core_schema.with_default_schema(schema, default=default)
    return core_schema.typed_dict_field(schema, required=required)


def _parameters(
    slots: Sequence[Slot],
    fields: dict[str, core_schema.TypedDictField],
    definitions: Definitions,
) -> _Parameters | None:
    if not slots:
        return None
    schema: CoreSchema = core_schema.typed_dict_schema(fields)
    if definitions:
        schema = core_schema.definitions_schema(schema, list(definitions.values()))
    return _Parameters(slots, SchemaValidator(schema))
