"""What every view of the residents' face works with, gathered once when the face starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forms_api.attachments.scanning import Scanner
from forms_api.content.ward import Ward
from forms_api.forms.compiler import CompiledForm
from forms_api.public_app.crowd import Crowd
from forms_api.public_app.limits import UploadRoom
from forms_api.reports.deadlines import DeadlineRules
from forms_api.reports.service import ReportService
from forms_api.reports.short_links import ShortLinks, VisitCounter
from forms_api.settings import Settings
from forms_api.web.capacity import CapacityWatch
from forms_api.web.form_tokens import FormTokens


@dataclass(frozen=True)
class Face:
    """The service behind the face, the ward's facts, the public forms by id, its guards, short links.

    `rules` hold the times of the law for requests about people's own data, and the ward's own.
    """

    settings: Settings
    service: ReportService
    ward: Ward
    forms: Mapping[str, CompiledForm]
    tokens: FormTokens
    room: UploadRoom
    capacity: CapacityWatch
    crowd: Crowd
    scanner: Scanner
    links: ShortLinks
    visits: VisitCounter
    rules: DeadlineRules

    @property
    def shows_deadlines(self) -> bool:
        """Whether the ward lets reporters see by when it means to act."""
        return self.rules.deadlines.shown_to_residents
