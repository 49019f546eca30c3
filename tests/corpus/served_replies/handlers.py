"""Answers as the name of the job says."""

from __future__ import annotations

from api import errors, models
from counterfoil import (
    Accepted,
    Created,
    NoContent,
    NotModified,
    Ok,
    Redirected,
    Request,
    Successful,
    set_headers,
)


class Jobs:
    async def put_job(
        self, request: Request, job: str
    ) -> Ok[models.JobResponse] | Created[models.JobResponse] | NoContent:
        problem = models.Problem(error=job)
        match job:
            case "new":
                return Created(models.JobResponse(name=job), headers={"Location": "/jobs/new"})
            case "idle":
                return NoContent()
            case "missing":
                raise errors.NoSuchJob(problem)
            case "running":
                raise errors.ConflictProblem(problem, headers={"Retry-After": "5"})
            case "gone":
                raise errors.Gone
            case "teapot":
                raise errors.ClientErrorProblem(418, problem)
            case "broken":
                raise errors.DefaultProblem(503, problem)
            case "bug":
                raise RuntimeError("the password is hunter2")
        return Ok(models.JobResponse(name=job))

    async def next_job(self, request: Request) -> models.Problem | None:
        return None

    async def read_log(self, request: Request, job: str) -> str:
        return f"{job} says hello\u2026\n"

    async def read_image(self, request: Request, job: str) -> Ok[bytes] | NotModified:
        return NotModified() if job == "old" else Ok(b"\x89PNG")

    async def probe(
        self, request: Request, kind: str
    ) -> models.JobResponse | Successful[models.JobResponse]:
        match kind:
            case "missing":
                raise errors.NotFoundProblem(models.Problem(error=kind))
            case "running":
                raise errors.ConflictStr("It is running\u2026", headers={"Retry-After": "5"})
            case "new":
                return Successful(201, models.JobResponse(name=kind), headers={"Location": "/new"})
            case "told":
                return Successful(200, models.JobResponse(name=kind))
        return models.JobResponse(name=kind)

    async def answer_any(
        self, request: Request, kind: str
    ) -> models.JobResponse | Successful[models.JobResponse]:
        return Successful(int(kind), models.JobResponse(name=kind))

    async def answer_mixed(
        self, request: Request, kind: str
    ) -> Ok[str] | Accepted[models.JobResponse] | Successful[str] | Redirected[None]:
        match kind:
            case "page":
                return Ok("<p>Hello!</p>")
            case "later":
                return Accepted(models.JobResponse(name=kind))
            case "elsewhere":
                return Redirected(303, headers={"Location": "/jobs"})
        return Successful(int(kind), "so be it")

    async def read_picture(self, request: Request, kind: str) -> bytes:
        if kind == "png":
            set_headers(request, {"Content-Type": "image/png"})
        return b"\x89PNG"

    async def refuse_in_json(self, request: Request) -> None:
        raise errors.JsonPreconditionFailedProblem(models.Problem(error="no"))

    async def refuse_as_problem(self, request: Request) -> None:
        raise errors.ProblemJsonPreconditionFailedProblem(models.Problem(error="no"))


HANDLERS = {"spec": Jobs()}
