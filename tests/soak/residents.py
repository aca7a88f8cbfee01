"""Residents who arrive at moments drawn beforehand, whether the service keeps up or not.

An open loop: each report's time runs from the moment at which it was to be sent, so that waiting
behind others, and behind a service that is down, counts. In a process of its own, on the loopback
only, bounded in count and time.

Source: Gil Tene, “How NOT to Measure Latency”: coordinated omission.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from forms_api.vault.receipts import SubmissionId, report_id
from tests.bench.intake import ANSWERS, FORM
from tests.bench.loader import read_reply
from tests.bench.servers import hidden_fields
from tests.e2e.senders import code_of, reference_of

LEAST_SECONDS = 4.0
"""So old a form is at least when it is sent: nobody fills it in in less than three."""
PAUSE_SECONDS = 0.5
"""Between two tries of the same form, as somebody presses the button again."""
GIVE_UP_SECONDS = 60.0
TRY_SECONDS = 30.0
AGAIN = frozenset({502, 503, 504})
_BOUNDARY = "----ranh-gioi-7741"


@dataclass(frozen=True)
class Plan:
    """How many reports arrive, when, and which of them bring a photo.

    `begins` is a moment of `time.monotonic()`, `seconds` how long reports arrive from then on, at
    `rate` a second on average; `photo_share` is 0 to 1. Each form is opened `lead_seconds` before it
    is to be sent.
    """

    port: int
    begins: float
    seconds: float
    rate: float
    photo_share: float
    lead_seconds: float
    seed: int

    def arrivals(self) -> list[tuple[float, bool]]:
        """Return when each report is to be sent, and whether it has a photo.

        Moments drawn evenly over the time are a Poisson process, given their number: people do not
        arrive in step.
        """
        draw = random.Random(self.seed)
        count = round(self.seconds * self.rate)
        moments = sorted(draw.uniform(0, self.seconds) for _ in range(count))
        with_photo = set(draw.sample(range(count), round(count * self.photo_share)))
        return [(self.begins + moment, at in with_photo) for at, moment in enumerate(moments)]


@dataclass
class Sent:
    """What became of one report; times in seconds, `due` and `answered` by `time.monotonic()`.

    `answered` is None where no receipt came. `failures` names every try that gave none.
    """

    due: float
    has_photo: bool
    opened_after: float = 0.0
    answered: float | None = None
    report_id: str = ""
    reference: str = ""
    code: str = ""
    failures: list[str] = field(default_factory=list)

    @property
    def latency(self) -> float:
        """How long it took from the moment at which it was to be sent, tries again included."""
        assert self.answered is not None
        return self.answered - self.due


@dataclass(frozen=True)
class Evening:
    """All reports of a plan, and the processor time in seconds that sending them took."""

    sent: list[Sent]
    client_cpu_seconds: float


def send_all(plan: Plan, photos: Sequence[bytes]) -> Evening:
    """Send every report of the plan and return what became of each. Blocks until the last is over."""
    # In a thread of its own: the caller's may run a loop already, as a browser's driver does.
    with ThreadPoolExecutor(1) as thread:
        sent = thread.submit(lambda: asyncio.run(_evening(plan, photos))).result()
    return Evening(sent, time.process_time())


async def _evening(plan: Plan, photos: Sequence[bytes]) -> list[Sent]:
    tasks: list[asyncio.Task[Sent]] = []
    for number, (due, has_photo) in enumerate(plan.arrivals()):
        await _until(due - plan.lead_seconds)
        photo = photos[number % len(photos)] if has_photo else b""
        tasks.append(asyncio.create_task(_report(plan.port, due, photo)))
    return await asyncio.gather(*tasks)


async def _report(port: int, due: float, photo: bytes) -> Sent:
    """Open a form, wait as somebody who fills it in, send it until a receipt comes."""
    sent = Sent(due, bool(photo))
    asked = time.monotonic()
    get = f"GET {FORM} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    page = await _try_on(port, get, sent, what="form")
    if page is None:
        return sent
    opened = time.monotonic()
    sent.opened_after = opened - asked
    head, body = page
    fields = hidden_fields(body)
    sent.report_id = _id_in(fields["submission"])
    await _until(max(due, opened + LEAST_SECONDS))
    reply = await _try_on(port, _post(head, fields, photo), sent, what="post")
    if reply is not None:
        sent.answered = time.monotonic()
        text = reply[1].decode()
        sent.reference, sent.code = reference_of(text), code_of(text)
    return sent


async def _try_on(
    port: int, request: bytes, sent: Sent, *, what: str
) -> tuple[bytes, bytes] | None:
    """Return head and body of the first reply that is a success; None after too long or a refusal."""
    last = max(sent.due, time.monotonic()) + GIVE_UP_SECONDS
    while time.monotonic() < last:
        try:
            head, body = await asyncio.wait_for(_exchange(port, request), TRY_SECONDS)
        except (OSError, asyncio.IncompleteReadError) as broken:
            sent.failures.append(f"{what}: {type(broken).__name__}")
        else:
            status = int(head.split(b" ", 2)[1])
            if status == 200:
                return head, body
            sent.failures.append(f"{what}: HTTP {status}")
            if status not in AGAIN:
                return None
        await asyncio.sleep(PAUSE_SECONDS)
    return None


async def _exchange(port: int, request: bytes) -> tuple[bytes, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    try:
        writer.write(request)
        await writer.drain()
        return await read_reply(reader)
    finally:
        writer.close()


def _post(head: bytes, fields: dict[str, str], photo: bytes) -> bytes:
    """Return the POST as a browser sends it: several parts, the photo's empty where there is none."""
    cookie = re.search(rb"set-cookie: ([^;]+)", head, re.IGNORECASE)
    assert cookie is not None
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (*fields.items(), *ANSWERS)
    ]
    name = "IMG_2031.jpg" if photo else ""
    parts.append(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="anh"; filename="{name}"\r\n'
        f"Content-Type: image/jpeg\r\n\r\n".encode()
    )
    body = b"".join([*parts, photo, f"\r\n--{_BOUNDARY}--\r\n".encode()])
    lines = (
        f"POST {FORM} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Cookie: {cookie[1].decode()}\r\n"
        f"Content-Type: multipart/form-data; boundary={_BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return lines.encode() + body


def _id_in(token: str) -> str:
    """Return the id of the report that a form with this token becomes."""
    payload = token.partition(".")[0]
    submission_id, _ = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return report_id(SubmissionId(bytes.fromhex(submission_id)))


async def _until(moment: float) -> None:
    if (left := moment - time.monotonic()) > 0:
        await asyncio.sleep(left)
