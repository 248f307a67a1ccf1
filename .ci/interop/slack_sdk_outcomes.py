"""Makes the calls that it reads from standard input with Slack's own clients, sync and async.

Reads {"baseUrl", "token", "calls": {name: {"method", "params", "query"}}}, prints
{"sync": {name: outcome}, "async": {name: outcome}}. An outcome is
{"status", "error"} of a refusal, {"exception"}, or {"status", "entries" | "body"}.
"""

import asyncio
import json
import sys

from slack_sdk.audit_logs import AuditLogsClient
from slack_sdk.audit_logs.async_client import AsyncAuditLogsClient
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)


def outcome_of(method, response):
    if response.status_code >= 300:
        return {"status": response.status_code, "error": (response.body or {}).get("error")}
    if method != "logs":
        return {"status": response.status_code, "body": response.body}
    entries = response.typed_body and response.typed_body.entries
    ids = None if entries is None else [entry.id for entry in entries]
    return {"status": response.status_code, "entries": ids}


def keyword_arguments(method, params, query):
    if method == "logs":
        return {**params, "additional_query_params": query}
    return {"query_params": query}


def cursor_of(response):
    return ((response.body or {}).get("response_metadata") or {}).get("next_cursor")


def sync_outcome(client, method, params, query):
    if method != "pages":
        response = getattr(client, method)(**keyword_arguments(method, params, query))
        return outcome_of(method, response)
    pages, ids, cursor = 0, [], None
    while pages == 0 or cursor:
        response = client.logs(**params, cursor=cursor, additional_query_params=query)
        pages, cursor = pages + 1, cursor_of(response)
        ids += [entry.id for entry in response.typed_body.entries]
    return {"pages": pages, "entries": ids}


async def async_outcome(client, method, params, query):
    if method != "pages":
        response = await getattr(client, method)(**keyword_arguments(method, params, query))
        return outcome_of(method, response)
    pages, ids, cursor = 0, [], None
    while pages == 0 or cursor:
        response = await client.logs(**params, cursor=cursor, additional_query_params=query)
        pages, cursor = pages + 1, cursor_of(response)
        ids += [entry.id for entry in response.typed_body.entries]
    return {"pages": pages, "entries": ids}


async def main():
    plan = json.load(sys.stdin)
    options = {"token": plan["token"], "base_url": plan["baseUrl"], "timeout": 10}
    sync_client = AuditLogsClient(
        **options,
        retry_handlers=[
            ConnectionErrorRetryHandler(),
            RateLimitErrorRetryHandler(max_retry_count=1),
            ServerErrorRetryHandler(),
        ],
    )
    async_client = AsyncAuditLogsClient(
        **options,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(),
            AsyncRateLimitErrorRetryHandler(max_retry_count=1),
            AsyncServerErrorRetryHandler(),
        ],
    )
    outcomes = {"sync": {}, "async": {}}
    for name, call in plan["calls"].items():
        method, params = call["method"], call["params"]
        try:
            outcome = sync_outcome(sync_client, method, params, {**call["query"], "by": "sync"})
        except Exception as error:  # what it raises is the outcome
            outcome = {"exception": type(error).__name__}
        outcomes["sync"][name] = outcome
        try:
            outcome = await async_outcome(
                async_client, method, params, {**call["query"], "by": "async"}
            )
        except Exception as error:  # what it raises is the outcome
            outcome = {"exception": type(error).__name__}
        outcomes["async"][name] = outcome
    json.dump(outcomes, sys.stdout)


asyncio.run(main())
