"""What every page of the officers' face works with, gathered once when the face starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forms_api.accounts.officers import list_officers
from forms_api.accounts.permissions import Permission
from forms_api.accounts.signin import Door
from forms_api.attachments.scanning import Scanner
from forms_api.content.answers import ReadyAnswer
from forms_api.content.team import Team
from forms_api.content.ward import Areas, Ward
from forms_api.documents.names import Names
from forms_api.documents.wording import CHANNELS
from forms_api.forms.definition import FormDefinition
from forms_api.reports.deadlines import DeadlineRules
from forms_api.reports.filters import Choices
from forms_api.reports.reach import Colleague
from forms_api.reports.service import ReportService
from forms_api.settings import Settings


@dataclass(frozen=True)
class Desk:
    """The service behind the face, the ward's facts and words, the officers' secret."""

    settings: Settings
    service: ReportService
    ward: Ward
    areas: Areas
    team: Team
    forms: Mapping[str, FormDefinition]
    names: Names
    answers: Sequence[ReadyAnswer]
    request_received: str
    rules: DeadlineRules
    secret_key: bytes
    scanner: Scanner

    def door(self, network: str) -> Door:
        """Return where an officer comes in from this network."""
        return Door(self.service.database, self.secret_key, network)

    @property
    def choices(self) -> Choices:
        """The ids that a filter of the queue may name."""
        return Choices(
            categories=frozenset(self.names.categories),
            areas=frozenset(self.names.areas),
            forms=frozenset(self.names.forms),
            channels=frozenset(CHANNELS),
        )

    def colleagues(self) -> list[Colleague]:
        """Return who works on reports and may sign in, by name."""
        return [
            Colleague(officer.name, officer.full_name)
            for officer in list_officers(self.service.database)
            if officer.disabled_at is None and officer.actor.may(Permission.CLAIM)
        ]
