"""Accounts that keep their passwords, and number themselves."""

from __future__ import annotations

from datetime import UTC, datetime

from api import models
from counterfoil import Request

MADE = datetime(2026, 11, 27, tzinfo=UTC)


class Accounts:
    async def create_account(
        self, request: Request, body: models.AccountRequest
    ) -> models.Account:
        return account(1, body.name, body.owner.email, body.friends or [])

    async def list_accounts(self, request: Request) -> list[models.Account]:
        return [account(1, "Ada", "ada@example.org", [])]

    async def replace_account(
        self, request: Request, id_: int, body: models.ReplaceAccountRequest
    ) -> models.Account:
        return account(id_, f"{body.name}, for {body.reason}", body.owner.email, [])

    async def change_account(
        self, request: Request, id_: int, body: models.ChangeAccountRequest
    ) -> None:
        assert not hasattr(body, "version")


def account(
    id_: int, name: str, email: str, friends: list[models.PersonRequestc0fae6ca]
) -> models.Account:
    return models.Account(
        id=id_,
        created=MADE,
        name=name,
        owner=models.Person(key="k1", email=email),
        friends=[models.Person(key="k2", email=friend.email) for friend in friends],
        settings=models.AccountSettings(seen=True),
    )


HANDLERS = {"spec": Accounts()}
