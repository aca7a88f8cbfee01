"""Servers compared, the form's GET, and a process's memory while eight photos arrive together."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from io import BytesIO
from pathlib import Path

import psutil
from PIL import Image

from forms_api.cli.running import THREADS, WORKERS
from tests.bench.intake import ANSWERS, CLIENTS, FORM, POSTS, check_receipts, prepare_posts
from tests.bench.loader import run_load
from tests.bench.measure import Row, paired_ratio, rounds, say
from tests.bench.servers import Server, environment, hidden_fields, initialise, serving

GET_BOUND = 0.2
IDLE_BOUND_MB = 120
PHOTO_BOUND_MB = 250
PHOTOS = 8


def servers() -> list[Row]:
    """Measure the durable intake and a static page under each production server."""
    say("==> servers")
    names = ("granian", "gunicorn", "waitress")
    posts: dict[str, list[float]] = {name: [] for name in names}
    pages: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(4):
            say(f"    round {number + 1} of 4")
            for name in names:
                env = environment(Path(folder) / f"{name}{number}")
                initialise(env)
                workers, threads = (
                    (1, WORKERS * THREADS) if name == "waitress" else (WORKERS, THREADS)
                )
                with serving(env, server=name, workers=workers, threads=threads) as server:
                    load = run_load(
                        server.port,
                        prepare_posts(server, POSTS),
                        clients=CLIENTS,
                        keep_replies=True,
                    )
                    check_receipts(load)
                    get = b"GET /huong-dan/ HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n"
                    static = run_load(server.port, [get] * 3000, clients=CLIENTS)
                if number:  # the first round warms the disk and the interpreter's caches
                    posts[name].append(load.rate)
                    pages[name].append(static.rate)
    return [
        Row(f"{kind} under {name}", f"{_median(found[name]):.0f}/s",
            f"gunicorn: {_median(found['gunicorn']):.0f}/s",
            _median([a / b for a, b in zip(found[name], found["gunicorn"], strict=True)]))
        for kind, found in (("durable intake", posts), ("static page", pages))
        for name in names
    ]  # fmt: skip


def form_get() -> list[Row]:
    """Measure showing the form against rendering it field by field each time, in one process."""
    say("==> GET of the form")
    from tests.bench.rendering import both_ways  # noqa: PLC0415 - needs the forms compiled

    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder) / "data")
        initialise(env)
        os.environ.update({name: value for name, value in env.items() if name.startswith("FORMS_")})
        once, each_time = both_ways()
        fast, slow = rounds(7, [lambda: {"s": once()}, lambda: {"s": each_time()}])
    ratio = paired_ratio(fast["s"], slow["s"])
    return [
        Row(
            "GET of the form",
            f"{fast['s'].median * 1000:.2f} ms",
            f"field by field: {slow['s'].median * 1000:.2f} ms",
            ratio,
            f"≤ {GET_BOUND}",
            ratio <= GET_BOUND,
        )
    ]


def memory() -> list[Row]:
    """Measure one worker process idle, and while eight 12-megapixel photos arrive together."""
    say("==> memory")
    photo = _photo()
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder) / "data")
        initialise(env)
        with serving(env, workers=1) as server:
            worker = _worker(server)
            prepare_posts(server, 20)
            idle = worker.memory_info().rss
            peak = _Peak(worker)
            with peak:
                load = run_load(
                    server.port,
                    [_photo_post(server, photo) for _ in range(PHOTOS)],
                    clients=PHOTOS,
                    keep_replies=True,
                )
            check_receipts(load)
    return [
        _memory_row("one process, idle", idle, IDLE_BOUND_MB),
        _memory_row(
            f"one process, {PHOTOS} photos of 12 MP and {len(photo) / 1e6:.1f} MB together",
            peak.bytes,
            PHOTO_BOUND_MB,
        ),
    ]


class _Peak:
    """Watches a process's resident memory while its block runs."""

    def __init__(self, process: psutil.Process) -> None:
        self.bytes = 0
        self._process = process
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.is_set():
            self.bytes = max(self.bytes, self._process.memory_info().rss)
            time.sleep(0.005)


def _memory_row(name: str, measured: int, bound: int) -> Row:
    megabytes = measured / 1e6
    return Row(name, f"{megabytes:.0f} MB", "–", bound=f"≤ {bound} MB", holds=megabytes <= bound)


def _worker(server: Server) -> psutil.Process:
    """Return the process that answers: the server's heaviest child."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    return max(children, key=lambda child: child.memory_info().rss)


def _photo() -> bytes:
    """Return a 12-megapixel JPEG of about 4 MB, as phones make them."""
    noise = Image.frombytes("RGB", (800, 600), os.urandom(800 * 600 * 3))
    target = BytesIO()
    noise.resize((4000, 3000), Image.Resampling.BICUBIC).save(target, "JPEG", quality=88)
    return target.getvalue()


def _photo_post(server: Server, photo: bytes) -> bytes:
    get = f"GET {FORM} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    shown = run_load(server.port, [get], clients=1, keep_replies=True)
    cookie = shown.heads[0].lower().split(b"set-cookie: ", 1)[1].split(b";", 1)[0]
    at = shown.heads[0].lower().index(cookie)
    cookie = shown.heads[0][at : at + len(cookie)]
    parts = [
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in [*hidden_fields(shown.bodies[0]).items(), *ANSWERS]
    ]
    parts.append(
        b'--cut\r\nContent-Disposition: form-data; name="anh"; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n" + photo + b"\r\n--cut--\r\n"
    )
    body = b"".join(parts)
    head = (
        f"POST {FORM} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: multipart/form-data; boundary=cut\r\n"
    )
    return head.encode() + b"Cookie: " + cookie + b"\r\n\r\n" + body


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
