"""Answers with what it was given."""

from __future__ import annotations

from counterfoil import Request


class Files:
    async def read_file(self, request: Request, path: str) -> str:
        return path

    async def write_file(self, request: Request, path: str, body: str) -> None:
        return None

    async def list_files(self, request: Request) -> str:
        return "index"

    async def remove_file(self, request: Request, directory: str, name: str) -> None:
        return None

    async def read_tree(self, request: Request, tree_ish: str, line: int) -> list[object]:
        return [tree_ish, line]


HANDLERS = {"spec": Files()}
