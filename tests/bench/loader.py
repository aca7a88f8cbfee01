"""An HTTP client that costs little: prepared requests over kept-alive connections, in a process of its own.

Bounded in count and time, on the loopback only.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass

MAX_SECONDS = 120


@dataclass(frozen=True)
class Load:
    """What one round of requests gave: seconds of each request as it ended, statuses, replies if kept."""

    seconds: float
    latencies: list[float]
    statuses: list[int]
    bodies: list[bytes]
    heads: list[bytes]
    received_bytes: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the latency in seconds that `share` of the requests stayed below."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def run_load(
    port: int, requests: Sequence[bytes], *, clients: int, keep_replies: bool = False
) -> Load:
    """Send every request once to the server on `port` from `clients` connections; return the load."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_run, (port, list(requests), clients, keep_replies))


def _run(port: int, requests: list[bytes], clients: int, keep_replies: bool) -> Load:
    return asyncio.run(
        asyncio.wait_for(_send_all(port, requests, clients, keep_replies=keep_replies), MAX_SECONDS)
    )


async def _send_all(port: int, requests: list[bytes], clients: int, *, keep_replies: bool) -> Load:
    waiting = iter(requests)
    latencies: list[float] = []
    statuses: list[int] = []
    bodies: list[bytes] = []
    heads: list[bytes] = []
    received = 0

    async def client() -> None:
        nonlocal received
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        for request in waiting:
            started = time.perf_counter()
            writer.write(request)
            head, body = await read_reply(reader)
            latencies.append(time.perf_counter() - started)
            statuses.append(int(head.split(b" ", 2)[1]))
            received += len(head) + len(body)
            if keep_replies:
                heads.append(head)
                bodies.append(body)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return Load(time.perf_counter() - started, latencies, statuses, bodies, heads, received)


async def read_reply(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Return head and body of one reply (RFC 9112)."""
    head = await reader.readuntil(b"\r\n\r\n")
    headers = head.lower()
    if b"content-length:" in headers:
        length = int(headers.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        return head, await reader.readexactly(length)
    parts: list[bytes] = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return head, b"".join(parts)
