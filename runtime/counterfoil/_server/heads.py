"""What is known of a request once its head has come, before any of its body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeGuard
from urllib.parse import unquote_to_bytes

from counterfoil._errors import CodedError
from counterfoil._types import AnyResource, Request

__all__ = ["ANY_BODY", "BodyPlan", "HeadAware", "find_head_aware"]


@dataclass(frozen=True, slots=True)
class BodyPlan:
    """How a request's body is to be taken."""

    max_body: int | None = None
    """How long it may be, in bytes; None leaves it to the site."""

    at_head: bool = False
    """Whether to answer now, and hand over the body as it arrives (`SiteRequest.body_stream`)."""


ANY_BODY = BodyPlan()


class HeadAware(Protocol):
    """A resource that is asked about a body before it is read, and that can refuse it."""

    def plan_body(self, request: Request) -> BodyPlan:
        """How to take the body of *request*, of which the head has come.

        May raise `CodedError`, to refuse it.
        """

    def refuse(self, request: Request, error: CodedError) -> None:
        """Answer *request* with *error*, in the shape of this resource's errors."""


def find_head_aware(root: AnyResource, path: bytes) -> HeadAware | None:
    """The resource below *root* that will answer *path*, if it is one to be asked.

    Nothing is called on the way: only children that were put there are looked at.
    """
    resource: object = root
    if not root.isLeaf:
        for segment in path[1:].split(b"/"):
            children = getattr(resource, "children", None)
            if not isinstance(children, dict) or getattr(resource, "isLeaf", False):
                break
            child = children.get(unquote_to_bytes(segment))
            if child is None:
                break
            resource = child
    return resource if _is_head_aware(resource) else None


def _is_head_aware(resource: object) -> TypeGuard[HeadAware]:
    return callable(getattr(resource, "plan_body", None)) and callable(
        getattr(resource, "refuse", None)
    )
