"""The outside world that notices go to."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class FakeChannel:
    """Takes notices, refuses them, or breaks."""

    works: bool = True
    breaks: bool = False
    taken: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, title: str, body: str) -> bool:
        """Take a notice as Apprise would."""
        if self.breaks:
            raise ConnectionResetError("https://somebody:mat-khau@chat.example")
        self.taken.append((title, body))
        return self.works
