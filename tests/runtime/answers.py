"""What tests look at in an answer."""

from __future__ import annotations

from counterfoil.testing import Response

__all__ = ["refusal", "value"]


def value(response: Response) -> object:
    assert response.status == 200, response.body
    answer = response.json()
    assert isinstance(answer, dict)
    return answer["value"]


def refusal(response: Response) -> tuple[object, str]:
    """The errcode and the message of a 400."""
    assert response.status == 400, response.body
    answer = response.json()
    assert isinstance(answer, dict)
    assert set(answer) == {"errcode", "error"}
    assert len(response.body) < 2048
    return answer["errcode"], str(answer["error"])
