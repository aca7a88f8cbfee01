"""A soft ceiling over all networks: when very many reports come, a form asks for a proof of work.

It closes to nobody. Who brings no proof, because the browser runs no script or is too slow, is taken
in like the others and kept apart until an officer has looked.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
import secrets
from enum import StrEnum

import altcha
from limits import parse

from forms_api.errors import StorageError
from forms_api.reports.intake import is_received
from forms_api.reports.service import ReportService, utc_now
from forms_api.settings import Settings
from forms_api.store import reports as rows
from forms_api.vault.receipts import SubmissionId

PROOF_FIELD = "proof"
LEAST_TRIES, MOST_TRIES = 300_000, 900_000
"""Between so many hashes a browser makes: bounded, so that bad luck costs nobody a minute."""

PROOF_LIFE = dt.timedelta(minutes=30)
_MAX_PROOF_CHARACTERS = 2000
_BELONGS_TO = "submission"


class Proof(StrEnum):
    """What came as proof with a form."""

    NOT_ASKED = "not asked"
    GOOD = "good"
    NONE = "none"
    TO_ASK = "to ask"
    """The page that was sent did not ask yet, or what it asked is over: ask, and nothing is lost."""


class Crowd:
    """Says whether very many reports come now; asks for proofs and judges them.

    A proof is made for one submission id, and an id is taken in once (`reports.submission_key` is
    unique): so a proof counts once, without a list of those that were used.
    """

    def __init__(self, settings: Settings, service: ReportService, secret: bytes) -> None:
        limit = parse(settings.crowd_limit)
        self._is_on = settings.ratelimit_enabled
        self._most = limit.amount
        self._within = dt.timedelta(seconds=limit.get_expiry())
        self._service = service
        self._key = hmac.digest(secret, b"proof of work", "sha256")

    def is_here(self) -> bool:
        """Tell whether as many reports came as the ceiling says, or more; one that fails is no ceiling."""
        if not self._is_on:
            return False
        try:
            with self._service.database.read() as connection:
                came = rows.received_at(connection, from_newest=self._most)
        except StorageError:
            return False
        return came is not None and came > utc_now() - self._within

    def ask(self, submission_id: SubmissionId) -> str:
        """Return what a browser must work out to send this submission, as JSON."""
        challenge = altcha.create_challenge(
            "SHA-256",
            cost=1,
            counter=LEAST_TRIES + secrets.randbelow(MOST_TRIES - LEAST_TRIES),
            expires_at=utc_now() + PROOF_LIFE,
            data={_BELONGS_TO: self._name(submission_id)},
            hmac_secret=self._key,
        )
        return json.dumps(challenge.to_dict(), separators=(",", ":"))

    def judge(self, submission_id: SubmissionId, proof: str | None) -> Proof:
        """Return what to make of the `proof` field of a form that is about to be taken in.

        Raises StorageError.
        """
        if not self.is_here() or is_received(self._service, submission_id):
            return Proof.NOT_ASKED
        if proof is None:
            return Proof.TO_ASK
        if not proof:
            return Proof.NONE
        return Proof.GOOD if self._is_solved(submission_id, proof) else Proof.TO_ASK

    def _is_solved(self, submission_id: SubmissionId, proof: str) -> bool:
        if len(proof) > _MAX_PROOF_CHARACTERS:
            return False
        if not altcha.verify_solution(proof, self._key).verified:
            return False
        # Signed by us, so of the shape that we gave it.
        data = altcha.Payload.from_base64(proof).challenge.parameters.data or {}
        return data.get(_BELONGS_TO) == self._name(submission_id)

    def _name(self, submission_id: SubmissionId) -> str:
        """Return what stands for a submission in a challenge."""
        return hmac.digest(self._key, submission_id, "sha256")[:16].hex()
