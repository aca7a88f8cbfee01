"""Why a build stopped, apart from mistakes in `content/` (those are `forms_api.errors.ContentError`)."""

from __future__ import annotations


class BuildError(Exception):
    """The site could not be built; holds every reason, each one line."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(reasons))


class RenderError(BuildError):
    """The renderer refused the staged pages."""


class VerifyError(BuildError):
    """The finished site breaks a rule; `reasons` names page and rule."""
