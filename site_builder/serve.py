"""A local server that rebuilds when a file changes and reloads the browser.

1. A watcher sets an event for any change below the watched folders.
2. The builder thread waits for it, lets a burst of changes settle, builds, and counts up.
3. Each page served here carries a script that asks for the next count and reloads when it comes.
"""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from forms_api.errors import ContentError
from site_builder.build import build_site
from site_builder.errors import BuildError
from site_builder.offline import WORKER

SETTLE_SECONDS = 0.2
ASK_SECONDS = 25
RELOAD_PATH = "/_reload"
_SCRIPT = (
    "(async()=>{let at=%d;for(;;){try{const r=await fetch('/_reload?'+at);"
    "if(await r.text()!==String(at))return location.reload()}"
    "catch{await new Promise(f=>setTimeout(f,1000))}}})()"
)


class Rebuilds:
    """Counts finished builds and lets many threads wait for the next one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.count = 0

    def finished(self) -> None:
        """Say that a build is done."""
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait_after(self, count: int, seconds: float) -> int:
        """Return the number of builds as soon as it is not `count`, or after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self.count != count, timeout=seconds)
            return self.count


class _OnChange(FileSystemEventHandler):
    """Sets an event for every change of content; reading a file is none."""

    def __init__(self, changed: threading.Event) -> None:
        self._changed = changed

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in {"created", "modified", "deleted", "moved"}:
            self._changed.set()


class _Handler(SimpleHTTPRequestHandler):
    """Serves the built site; pages get the reload script."""

    def __init__(self, *args: Any, rebuilds: Rebuilds, **kwargs: Any) -> None:  # noqa: ANN401
        self._rebuilds = rebuilds
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """Answer with a page, a file, or the number of builds."""
        if self.path.startswith(RELOAD_PATH):
            _, _, seen = self.path.partition("?")
            count = self._rebuilds.wait_after(int(seen or 0), ASK_SECONDS)
            self._reply(200, "text/plain", str(count).encode())
            return
        if self.path == f"/{WORKER}":  # an editor wants to see the change, not what was kept
            self._reply(200, "text/javascript", b"")
            return
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if self.path.split("?")[0].endswith("/") else path
        if page.suffix != ".html" and path.exists():
            super().do_GET()
            return
        found = page.is_file()
        page = page if found else Path(self.directory) / "404.html"
        script = f"<script>{_SCRIPT % self._rebuilds.count}</script>".encode()
        self._reply(200 if found else 404, "text/html; charset=utf-8", page.read_bytes() + script)

    def log_message(self, *_: object) -> None:
        """Stay quiet: only builds are worth a line."""

    def _reply(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)


def serve(root: Path, *, engine: str, port: int) -> None:
    """Build the project at `root`, serve it on `port` of this machine and rebuild until Ctrl+C.

    Raises ContentError or BuildError only for the first build; later mistakes are printed.
    """
    site_dir = build_site(root, engine=engine).site_dir
    changed, rebuilds = threading.Event(), Rebuilds()
    watch = Observer()
    for name in ("content", "templates"):
        watch.schedule(_OnChange(changed), str(root / name), recursive=True)
    watch.start()
    builder = threading.Thread(
        target=_rebuild_forever, args=(root, engine, changed, rebuilds), daemon=True
    )
    builder.start()
    handler = partial(_Handler, directory=str(site_dir), rebuilds=rebuilds)
    print(f"Xem trang ở http://127.0.0.1:{port}/ (Ctrl+C để dừng).")
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("Đã dừng.")
        finally:
            watch.stop()
            watch.join()


def _rebuild_forever(root: Path, engine: str, changed: threading.Event, rebuilds: Rebuilds) -> None:
    while changed.wait():
        while changed.is_set():  # an editor writes one file in several steps
            changed.clear()
            changed.wait(SETTLE_SECONDS)
        try:
            report = build_site(root, engine=engine)
        except (ContentError, BuildError, OSError) as error:
            print(f"Chưa dựng được, bản cũ vẫn giữ nguyên:\n{error}")
        else:
            print(f"Đã dựng lại trong {sum(report.seconds.values()):.1f} giây.")
            rebuilds.finished()
