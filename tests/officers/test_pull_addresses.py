"""What `pull` does with an address before any server has answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from forms_api.vault.sealing import Identity
from tests.officers.pulling import new_puller


def test_a_server_that_is_not_there_is_said_without_a_traceback(
    tmp_path: Path, queue_identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_api.client.api.PAUSES_SECONDS", (0.0, 0.0))
    puller = new_puller(
        tmp_path / "may", address="http://127.0.0.1:9", token="xg_x", identity=queue_identity
    )

    done = puller.run()

    assert done.exit_code == 1
    assert "127.0.0.1 cannot be reached" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("address", ["http://ward.example", "http://10.0.0.5:8000", "ward.example"])
def test_an_address_that_would_show_the_token_is_wrong_use(
    tmp_path: Path, queue_identity: Identity, address: str
) -> None:
    puller = new_puller(tmp_path / "may", address=address, token="xg_x", identity=queue_identity)

    assert puller.run().exit_code == 2
