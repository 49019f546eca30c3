"""Answers as the name of the job says."""

from __future__ import annotations

from api import errors, models
from counterfoil import Created, NoContent, NotModified, Ok, Request


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


HANDLERS = {"spec": Jobs()}
