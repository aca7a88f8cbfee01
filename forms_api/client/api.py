"""The officers' API as typed calls, repeated for a while when the line or the server fails."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from forms_api.client.errors import RefusedCallError, UnreachableError
from forms_api.officer_app.api_models import Claimed, Counts, Page, Report, States, Summary

PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""How long to wait before each new try."""
TIMEOUT_SECONDS = 60.0
PAGE_LIMIT = 100
_WORTH_ANOTHER_TRY = frozenset({502, 503, 504})

Answer = TypeVar("Answer", bound=BaseModel)


class DeskClient:
    """Calls the API at `url` with `token`; one connection, kept open until `close`.

    Every method raises RefusedCallError when the server refuses and UnreachableError when it does
    not answer. A call whose answer was lost is made again: claims that nobody heard of run out.
    """

    def __init__(
        self, url: str, token: str, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._pause = pause
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def count(self) -> Counts:
        """Return how many reports stand in each state."""
        return self._read("GET", "/queue", Counts)

    def claim(self, *, limit: int, lease_seconds: int, form_id: str | None) -> list[Report]:
        """Return the oldest waiting reports, claimed for this token, sealed."""
        asked: dict[str, Any] = {"limit": limit, "lease_seconds": lease_seconds}
        if form_id is not None:
            asked["form_id"] = form_id
        return self._read("POST", "/queue/claim", Claimed, json=asked).reports

    def acknowledge(self, report_ids: Sequence[str]) -> States:
        """Take over claimed reports, all or none, and return where they stand now."""
        return self._read("POST", "/queue/ack", States, json={"ids": list(report_ids)})

    def release(self, report_id: str) -> None:
        """Give a claimed report back."""
        self._call("POST", f"/reports/{report_id}/release")

    def report(self, report_id: str) -> Report:
        """Return one report, sealed."""
        return self._read("GET", f"/reports/{report_id}", Report)

    def attachment(self, report_id: str, number: int) -> bytes:
        """Return an attachment's sealed bytes."""
        return self._call("GET", f"/reports/{report_id}/attachments/{number}").content

    def changed_since(self, moment: dt.datetime | None) -> Iterator[Summary]:
        """Give every report changed at `moment` or later, least recently changed first."""
        query: dict[str, Any] = {"limit": PAGE_LIMIT}
        if moment is not None:
            query["since"] = moment.isoformat()
        while True:
            page = self._read("GET", "/reports", Page, query=query)
            yield from page.reports
            if page.next is None:
                return
            query["cursor"] = page.next

    def _read(
        self,
        method: str,
        path: str,
        model: type[Answer],
        *,
        json: object = None,
        query: Mapping[str, Any] | None = None,
    ) -> Answer:
        answer = self._call(method, path, json=json, query=query)
        try:
            return model.model_validate_json(answer.content)
        except ValidationError:
            raise _no_such_api(answer.status_code) from None

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        query: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        failure = ""
        for pause in (*PAUSES_SECONDS, None):
            try:
                answer = self._http.request(method, path, json=json, params=query)
            except httpx.TransportError as error:
                failure = str(error) or type(error).__name__
            except httpx.InvalidURL as error:
                raise UnreachableError(f"no address to call: {error}") from None
            else:
                if answer.is_success:
                    return answer
                if answer.status_code not in _WORTH_ANOTHER_TRY:
                    raise _refused(answer)
                failure = f"it answered {answer.status_code} {answer.reason_phrase}"
            if pause is not None:
                self._pause(pause)
        raise UnreachableError(f"{self._http.base_url.host} cannot be reached: {failure}")


def _refused(answer: httpx.Response) -> RefusedCallError:
    try:
        problem = answer.json()
        return RefusedCallError(
            answer.status_code, problem["code"], problem["detail"], report=problem.get("report")
        )
    except (ValueError, KeyError, TypeError):
        return _no_such_api(answer.status_code)


def _no_such_api(status: int) -> RefusedCallError:
    return RefusedCallError(status, "unknown", "this address does not answer as the officers' API")
