"""What the use cases' tests borrow from the store's."""

from __future__ import annotations

from tests.store.conftest import own_server

__all__ = ["own_server"]
