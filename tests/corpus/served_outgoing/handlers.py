"""Sends webhooks and callbacks to the very server that it serves."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import cast

from api import errors, models
from api.outgoing import NewOrderWebhook, PaidCallback, PingWebhook, RefundWebhook, TextCallback
from counterfoil import Accepted, NoContent, Ok, Request, Successful
from counterfoil.client import AgentTransport, UnexpectedAnswerError, send
from counterfoil.stub import Text
from pydantic import ValidationError
from twisted.internet import reactor
from twisted.internet.interfaces import IReactorTime


class Shop:
    def __init__(self) -> None:
        self.transport = AgentTransport(cast("IReactorTime", reactor))

    async def buy(self, request: Request, what: str, *, callback: str) -> list[str]:
        url = f"http://127.0.0.1:{request.getHost().port}{callback}"
        try:
            return await self.sent(what, url)
        except (errors.ClientErrorProblem, errors.DefaultProblem) as error:
            return [type(error).__name__, str(error.status), error.body.error]
        except errors.Over as error:
            return ["Over", str(error.body)]
        except UnexpectedAnswerError as error:
            return [str(error), str(error.received.status)]
        except ValidationError as error:
            return [str(each["loc"]) + each["msg"] for each in error.errors()]
        except ValueError as error:
            return [str(error)]

    async def sent(self, what: str, url: str) -> list[str]:
        if what == "order":
            order = models.Order(items=["é"], at=datetime(2026, 1, 2, tzinfo=timezone.utc))
            filtered = models.NewOrderFilter(colour="a&b", old=True)
            seen = await send(
                NewOrderWebhook(
                    body=order,
                    x_trace="abc",
                    x_tags=["x", "y"],
                    page=2,
                    word=["a b", "c,d"],
                    point=[1.5, 2],
                    filter_=filtered,
                ),
                url,
                self.transport,
            )
            return ["Ok", str(seen.body.number)] if isinstance(seen, Ok) else [type(seen).__name__]
        if what in ("refund", "refund-twice"):
            reasons = ["late"] if what == "refund" else ["late", "late"]
            refund = RefundWebhook(body=models.Refund(number=7, reasons=reasons))
            return [str((await send(refund, url, self.transport)).body.number)]
        if what == "ping":
            return [str((await send(PingWebhook(), url, self.transport)).status)]
        if what.isdigit():
            paid = PaidCallback(body=models.Payment(amount=int(what)))
            answer = await send(paid, url, self.transport)
            return [str(answer.body.number)] if isinstance(answer, Ok) else [str(answer.status)]
        if what == "twice":
            order = models.Order(items=["a", "a"])
            await send(NewOrderWebhook(body=order, x_trace="a"), url, self.transport)
        if what == "long-trace":
            order = models.Order(items=[])
            await send(NewOrderWebhook(body=order, x_trace="abcdef"), url, self.transport)
        text = await send(TextCallback(body=what), url, self.transport)
        return [str(text.status), str(text.body)]

    async def new_order(
        self,
        request: Request,
        body: models.Order,
        *,
        x_trace: str,
        x_tags: list[str] | None,
        page: int,
        word: list[str] | None,
        point: list[float] | None,
        filter_: models.NewOrderFilter | None,
    ) -> Ok[models.Receipt] | NoContent:
        assert body.at is not None and body.at.year == 2026
        assert filter_ is not None and (filter_.colour, filter_.old) == ("a&b", True)
        assert (x_trace, x_tags, page) == ("abc", ["x", "y"], 2)
        assert (word, point) == (["a b", "c,d"], [1.5, 2])
        return Ok(models.Receipt(number=len(body.items)))

    async def paid(
        self, request: Request, body: models.Payment
    ) -> Ok[models.Receipt] | Accepted[None]:
        if body.amount == 0:
            return Accepted()
        if body.amount > 100:
            raise errors.ClientErrorProblem(402, models.Problem(error="too much"))
        return Ok(models.Receipt(number=body.amount))

    async def keep_refund(self, request: Request, body: dict[str, object]) -> models.Receipt:
        assert body == {"number": 7, "reasons": ["late"]}
        return models.Receipt(number=7)

    async def text(self, request: Request, body: str | None) -> Ok[Text] | Successful[None]:
        if body == "over":
            raise errors.Over
        if body == "wrong":
            raise errors.DefaultProblem(503, models.Problem(error="busy"))
        return Ok("grüße") if body == "hello" else Successful(202)


HANDLERS = {"spec": Shop()}
