"""The assistant over HTTP: POST /ask, GET /catalog, GET /health. JSON in, the public contract out.

For programs on the same machine or behind a gateway of one's own: it listens on localhost and knows
nothing of accounts. ``user`` in a request is taken as said.
"""

from __future__ import annotations

import json
import logging
from datetime import date
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from assistant import Assistant
from assistant.contract import to_dict

LONGEST_BODY = 100_000  # bytes
log = logging.getLogger(__name__)


class Malformed(ValueError):
    """The request is not one that could be answered; the text says what it should have been."""


def application(assistant: Assistant) -> Starlette:
    async def ask(request: Request) -> JSONResponse:
        """``{"question", "session"?, "today"?, "user"?}`` → a reply; 400 says what the body lacks."""
        try:
            said = asked(await request.body())
        except ValueError as mistake:
            return JSONResponse({"error": str(mistake)}, status_code=400)
        reply = await run_in_threadpool(assistant.ask, **said)
        return JSONResponse(to_dict(reply))

    async def catalog(request: Request) -> JSONResponse:
        return JSONResponse(names(assistant))

    async def health(request: Request) -> JSONResponse:
        until = assistant.catalog.until
        return JSONResponse(
            {"status": "ok", "model": assistant.catalog.name, "until": until and until.isoformat()}
        )

    async def broken(request: Request, error: Exception) -> JSONResponse:
        log.error("request failed", exc_info=error)
        return JSONResponse({"error": "出了一点问题，已经记下。"}, status_code=500)

    return Starlette(
        routes=[
            Route("/ask", ask, methods=["POST"]),
            Route("/catalog", catalog),
            Route("/health", health),
        ],
        exception_handlers={Exception: broken},
    )


def asked(body: bytes) -> dict[str, Any]:
    """The arguments of ``Assistant.ask``.

    >>> asked('{"question": "本月订单数", "today": "2026-06-24"}'.encode())["today"]
    datetime.date(2026, 6, 24)
    >>> asked(b"[]")
    Traceback (most recent call last):
        ...
    assistant.http.Malformed: body must be a JSON object with a string "question"
    """
    if len(body) > LONGEST_BODY:
        raise Malformed(f"body must be at most {LONGEST_BODY} bytes")
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("question"), str):
        raise Malformed('body must be a JSON object with a string "question"')
    for name in ("session", "today", "user"):
        if not isinstance(said.get(name), str | None):
            raise Malformed(f'"{name}" must be a string')
    today = said.get("today")
    try:
        day = date.fromisoformat(today) if today else None
    except ValueError:
        raise Malformed('"today" must be a date such as 2026-06-24') from None
    return {
        "question": said["question"],
        "session": said.get("session"),
        "today": day,
        "user": said.get("user"),
    }


def names(assistant: Assistant) -> dict[str, Any]:
    """What can be asked about, without any SQL."""
    catalog = assistant.catalog
    return {
        "name": catalog.name,
        "label": catalog.label,
        "metrics": [
            {
                "name": metric.name,
                "label": metric.label,
                "unit": metric.unit,
                "definition": metric.definition,
                "synonyms": list(metric.synonyms),
            }
            for metric in catalog.metrics.values()
        ],
        "dimensions": [
            {"name": dimension.name, "label": dimension.label, "type": dimension.kind.value}
            for dimension in catalog.dimensions.values()
            if not dimension.sensitive
        ],
        "tables": [{"name": table.name, "label": table.label} for table in catalog.tables.values()],
    }


def serve(model: str, port: int) -> None:
    """Blocks until stopped."""
    assistant = Assistant.open(model)
    assistant.warm()
    uvicorn.run(application(assistant), host="127.0.0.1", port=port, log_level="warning")
