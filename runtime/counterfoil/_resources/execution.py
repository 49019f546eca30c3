"""One handler at work on one request, from its call to its one answer.

Whatever the handler does (return, raise, wait, be cancelled, answer by itself, take too long), the
request is answered once, or its connection is cut, and it is logged once.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
import time
from collections.abc import Awaitable, Coroutine, Mapping
from typing import TypeAlias

from twisted.internet.defer import CancelledError, Deferred, FirstError
from twisted.python.failure import Failure

from counterfoil._cpu import Step, began, taken_since
from counterfoil._describe import describe
from counterfoil._errors import ApiError, DeclaredError, StatusError
from counterfoil._input.uploads import close_uploads
from counterfoil._output.connection import abort, is_over
from counterfoil._output.headers import set_status
from counterfoil._output.rendering import Renderer
from counterfoil._replies import Reply
from counterfoil._resources.resuming import Resumed
from counterfoil._resources.route import Route
from counterfoil._server.request import SiteRequest
from counterfoil._servlets.limits import call_later, check_body, too_slow
from counterfoil._servlets.operation import Operation, send_declared
from counterfoil._servlets.validation import VALIDATION, Validation
from counterfoil._types import Answer, Request

__all__ = ["Arguments", "run"]

logger = logging.getLogger("counterfoil.server")

Arguments: TypeAlias = Mapping[str, str | None]

_Sending: TypeAlias = Awaitable[None] | None
"""What is left to do when a handler has ended and its answer was begun, if anything."""

_Work: TypeAlias = Coroutine[object, object, _Sending]
"""A handler at work."""


def run(
    request: Request,
    route: Route,
    arguments: Arguments,
    renderer: Renderer,
    validation: Validation | None = None,
) -> None:
    """Call the handler of *route* for *request*, and answer with what comes of it.

    What an operation answers is held against its spec by *validation*, or by that of the context.

    A handler that does not wait has been answered for when this returns.
    """
    validation = VALIDATION.get() or validation
    context = contextvars.copy_context()
    begun: tuple[_Execution, _Work] | None = None
    if isinstance(request, SiteRequest):
        request.servlet_name = route.servlet
        request.is_render_cancellable = route.cancellable
        if validation is None and route.is_plain and route.operation is not None:
            begun = _begun(request, route, route.operation, arguments, renderer, context)
            if begun is None:
                return
    if begun is None:
        execution = _Execution(request, route, renderer, validation)
        work = execution.whole(arguments)
    else:
        execution, work = begun
    steps = execution.answer(work, is_begun=begun is not None)
    execution.begin_step()
    try:
        waiting_for = context.run(steps.send, None)
    except StopIteration:
        return
    except BaseException:
        # SystemExit and its like: answered for already, and handed on to whoever looks.
        rendering: Deferred[None] = Deferred()
        rendering.errback(Failure())
    else:
        execution.end_step()
        rest = Resumed(steps, waiting_for, execution)
        rendering = context.run(Deferred.fromCoroutine, rest.result())
    if isinstance(request, SiteRequest):
        request.render_deferred = rendering
    if not rendering.called:
        execution.watch(rendering)


def _begun(
    request: SiteRequest,
    route: Route,
    operation: Operation,
    arguments: Arguments,
    renderer: Renderer,
    context: contextvars.Context,
) -> tuple[_Execution, _Work] | None:
    """Call the handler in *context*, and answer if it does not wait: None says that it is done.

    Or else what is left of it, for `_Execution.answer`. Most handlers do not wait, and what is
    needed for one that does takes as long as a short one.
    """
    step = began(context.run(request.enter))  # observers change the context
    steps = operation.method(route.owner, request, **arguments)
    execution: _Execution | None = None
    work: _Work
    try:
        waiting_for = context.run(steps.send, None)
    except StopIteration as end:
        reply: Reply[object] = end.value
        try:
            media_type = operation.media_type_of(reply)
            if media_type is None or request.startedWriting or is_over(request):
                execution = _Execution(request, route, renderer, None, step)
                sending = execution.replied(request, operation, reply)
            else:
                sending = renderer.send_model(request, reply.status, reply.body, media_type, None)
        except BaseException as error:
            work = _raised(error)
        else:
            if sending is None:
                if request.counterfoil_uploads is not None:
                    close_uploads(request)
                now = time.monotonic()
                request.add_cpu(*taken_since(step, now))
                request.leave(now)
                return None
            work = _sending(sending)
    except BaseException as error:
        work = _raised(error)
    else:
        execution = _Execution(request, route, renderer, None, step)
        work = execution.operated(request, operation, Resumed(steps, waiting_for))
    return execution or _Execution(request, route, renderer, None, step), work


class _Execution:
    """The state of one handler at work."""

    __slots__ = (
        "_expired",
        "_lasts",
        "_renderer",
        "_request",
        "_route",
        "_step",
        "_validation",
    )

    def __init__(
        self,
        request: Request,
        route: Route,
        renderer: Renderer,
        validation: Validation | None,
        step: Step | None = None,
    ) -> None:
        """*step* is the one that runs, if the handler runs already."""
        self._request = request
        self._route = route
        self._renderer = renderer
        self._validation = validation
        self._step = step
        self._expired = self._lasts = False

    async def answer(self, work: _Work, *, is_begun: bool) -> None:
        """Do the *work* of the handler, and answer. Raises nothing but what ends a program."""
        request = self._request
        ours = request if isinstance(request, SiteRequest) else None
        if ours is not None and not is_begun:
            ours.enter()
        try:
            sent = await work
            if sent is not None:
                await sent
        except (ApiError, StatusError) as error:
            await self._raised(error)
        except (Exception, asyncio.CancelledError) as error:
            self._fail(error)
        except BaseException as error:
            self._fail(error)
            raise
        finally:
            close_uploads(request)
            self.end_step()  # the request may be logged when it is left
            if ours is not None:
                ours.leave()
        if ours is not None and not ours.startedWriting and not is_over(request):
            # Somebody else is to answer, in the time that the handler had.
            ours.expire_after(self._route.options.timeout, self._expire)

    def begin_step(self) -> None:
        """The handler runs."""
        if self._step is None:
            self._step = began()

    def end_step(self) -> None:
        """The handler waits, or has ended: count the processor's time that it took."""
        step, self._step = self._step, None
        if step is not None and isinstance(self._request, SiteRequest):
            self._request.add_cpu(*taken_since(step))

    async def whole(self, arguments: Arguments) -> _Sending:
        """Call the handler, and answer."""
        request, operation = self._request, self._route.operation
        check_body(request, self._route.options.max_body)
        if operation is None:
            return await self._called_back(request, arguments)
        reply = operation.method(self._route.owner, request, **arguments)
        return await self.operated(request, operation, reply)

    async def _called_back(self, request: Request, arguments: Arguments) -> _Sending:
        route = self._route
        answer = route.callback(request, **arguments)
        if not isinstance(answer, tuple) and isinstance(answer, Awaitable):
            answer = await _for_coroutine(answer)
        if answer is None:
            return None
        if not _is_pair(answer):
            raise TypeError(f"{route.servlet} returned a {type(answer).__name__}, not an answer")
        if request.startedWriting and not self._expired:
            raise RuntimeError(f"{route.servlet} wrote to the request, and returned an answer too")
        status, value = answer
        return None if self._is_late(status) else self._renderer.send(request, status, value)

    async def operated(
        self, request: Request, operation: Operation, reply: Awaitable[Reply[object]]
    ) -> _Sending:
        return self.replied(request, operation, await reply)

    def replied(self, request: Request, operation: Operation, reply: Reply[object]) -> _Sending:
        validation = self._validation
        if not self._expired and validation is None:
            reply = operation.checked(request, reply)
        else:
            operation.check_kind(reply)
        if self._is_late(reply.status):
            return None
        if validation is None:
            form = operation.form_of(request, reply)
        else:
            reply, form = validation.reply(request, operation, reply)
        self._lasts = form.is_sequence
        return form.send(request, reply, self._renderer)

    async def _raised(self, error: DeclaredError) -> None:
        """Answer *error*, which the handler has raised, or the items that it returned."""
        operation = self._route.operation
        if operation is not None and self._validation is not None:
            shown = self._validation.raised(self._request, operation, error)
            if shown is not error:
                self._fail(shown)
                return
        if operation is None or not operation.declares(error):
            self._fail(error)
            return
        try:
            sent = (
                None
                if self._is_late(error.status)
                else send_declared(self._request, error, self._renderer)
            )
            if sent is not None:
                await sent
        except (Exception, asyncio.CancelledError) as fault:
            self._fail(fault)

    def _is_late(self, status: int) -> bool:
        """Whether nobody waits for an answer of *status* any more; the log says so."""
        request = self._request
        if not self._expired and not is_over(request):
            return False
        servlet = self._route.servlet
        if self._expired:
            logger.warning("%s: %s answered after its deadline", describe(request), servlet)
        else:
            set_status(request, status)
            logger.warning("%s: %s answered after its client had left", describe(request), servlet)
        return True

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, GeneratorExit) and self._step is None:
            return  # it waited, and is freed: nobody is there to be answered
        error = _seen_through(error)
        if not self._expired:
            self._renderer.fail(self._request, error)
        elif not isinstance(error, CancelledError):
            name = self._route.servlet
            logger.error(
                "%s: %s failed after its deadline", describe(self._request), name, exc_info=error
            )

    def watch(self, rendering: Deferred[None]) -> None:
        """See to it that the handler ends: with its client, if it may, and at its deadline."""
        request, route = self._request, self._route

        def expire() -> None:
            if self._lasts:  # the handler was in time, and its items come as they come
                return
            try:
                self._expire()
            finally:
                rendering.cancel()

        if isinstance(request, SiteRequest):  # it cancels what is cancellable by itself
            request.expire_after(route.options.timeout, expire)
            return
        if route.cancellable:
            request.notifyFinish().addErrback(lambda _: rendering.cancel())
        if route.options.timeout is not None:
            deadline = call_later(request, route.options.timeout, expire)
            rendering.addBoth(lambda _: deadline.active() and deadline.cancel())

    def _expire(self) -> None:
        """Answer for a handler that has taken too long."""
        request = self._request
        self._expired = True
        logger.warning("%s: %s passed its deadline", describe(request), self._route.servlet)
        if request.startedWriting:
            abort(request)
        elif not is_over(request):
            self._renderer.fail(request, too_slow())


async def _raised(error: BaseException) -> _Sending:
    """What `begin` leaves of a handler that has failed."""
    try:
        raise error
    finally:
        del error  # it holds this frame


async def _sending(sending: Awaitable[None]) -> _Sending:
    """What it leaves of one whose answer is being sent."""
    return sending


def _seen_through(error: BaseException) -> BaseException:
    """The cancellation that *error* is of: `gatherResults` puts one of its own around it."""
    inner: BaseException | None = error
    while isinstance(inner, FirstError):
        inner = inner.subFailure.value
    return inner if isinstance(inner, CancelledError) else error


def _is_pair(answer: object) -> bool:
    """Whether *answer* is what its type promises; callbacks need not be type-checked."""
    return isinstance(answer, tuple) and len(answer) == 2


def _for_coroutine(answer: Awaitable[Answer | None]) -> Awaitable[Answer | None]:
    """What a coroutine that a Deferred drives can await in place of *answer*."""
    return Deferred.fromFuture(answer) if asyncio.isfuture(answer) else answer
