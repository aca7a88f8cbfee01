"""Rules about many and about strangers: what waits apart, limits of networks, the ceiling, counters."""

from __future__ import annotations

from tests.mutation.mutant import Mutant, Replacement, broken

REPORT_VIEWS = "forms_api/public_app/report_views.py"
FOLLOWUP_VIEWS = "forms_api/public_app/followup_views.py"
LIMITS = "forms_api/public_app/limits.py"
CROWD = "forms_api/public_app/crowd.py"

SUSPICION = (
    broken(
        "trap-ignored",
        "A report that filled the trap joins the queue.",
        "P20",
        REPORT_VIEWS,
        "if typed.get(TRAP_FIELD):",
        "if False:",
    ),
    broken(
        "too-fast-ignored",
        "A report that came at once joins the queue.",
        "P20",
        REPORT_VIEWS,
        "if token.age_seconds < HUMAN_SECONDS:",
        "if False:",
    ),
    broken(
        "silent-scanner-ignored",
        "A report whose files the scanner did not judge joins the queue.",
        "O21",
        REPORT_VIEWS,
        "    if files.scan_failed:",
        "    if False:",
    ),
    broken(
        "trial-by-memory",
        "A report is a trial because its form was opened at a talk.",
        "P20",
        "forms_api/public_app/talks.py",
        'typed = request.args.get(CODE_PARAMETER, "")[:_MAX_TYPED].strip()',
        'given = request.args.get(CODE_PARAMETER) or session.get("talk", "")\n'
        '    session["talk"] = given\n'
        "    typed = given[:_MAX_TYPED].strip()",
        also=[
            Replacement(
                "forms_api/public_app/talks.py",
                "from flask import g, request",
                "from flask import g, request, session",
            )
        ],
    ),
)

SENDING_LIMITS = (
    broken(
        "no-send-limit",
        "One network sends forms without end.",
        "P18",
        REPORT_VIEWS,
        "    @limiter.limit(limits)\n",
        "",
    ),
    broken(
        "any-talk-code",
        "A code of no talk lifts the send limit.",
        "P18",
        LIMITS,
        "if current_talk(database).is_open else usual",
        "if current_talk(database).code else usual",
    ),
    broken(
        "limits-of-one-process",
        "Each process counts for itself.",
        "P18",
        LIMITS,
        "storage_uri=settings.ratelimit_storage",
        'storage_uri="memory://"',
        also=[Replacement(LIMITS, '{"database": database} if in_database else {}', "{}")],
    ),
    broken(
        "no-ceiling",
        "Very many reports from many networks ask for no proof.",
        "P18",
        CROWD,
        "return came is not None and came > utc_now() - self._within",
        "return False",
    ),
    broken(
        "proof-for-any-form",
        "A proof of work counts for another form.",
        "P18",
        CROWD,
        "return data.get(_BELONGS_TO) == self._name(submission_id)",
        "return True",
    ),
    broken(
        "any-proof",
        "A proof of work is not looked at.",
        "P18",
        CROWD,
        "if not altcha.verify_solution(proof, self._key).verified:",
        "if False:",
    ),
    broken(
        "proof-asked-of-nobody",
        "Without a proof a report joins the queue in a crowd.",
        "P20",
        REPORT_VIEWS,
        "return Suspicion.CROWD if proof is Proof.NONE else None",
        "return None",
    ),
    broken(
        "endless-guesses",
        "Codes are guessed without end.",
        "P16",
        FOLLOWUP_VIEWS,
        "    @limiter.limit(face.settings.follow_up_limit, deduct_when=opened_nothing)\n",
        "",
    ),
    broken(
        "right-codes-counted",
        "A right code counts as a guess.",
        "P16",
        LIMITS,
        "return response.status_code == 404",
        "return True",
    ),
)

NETWORKS = (
    broken(
        "network-in-clear",
        "The counters name networks.",
        "P26",
        LIMITS,
        '    return hmac.digest(key, network_of(address).encode(), "sha256")[:16].hex()',
        "    return network_of(address)",
    ),
    broken(
        "network-known-for-ever",
        "A network is counted under the same name every day.",
        "P26",
        LIMITS,
        'f"rate limit key {day}".encode()',
        'b"rate limit key"',
    ),
    broken(
        "first-visit-told",
        "A counter's row tells when somebody first came.",
        "P26",
        "forms_api/public_app/limit_storage.py",
        "(now.timestamp() // expiry + 1) * expiry",
        "now.timestamp() + expiry",
    ),
)

MUTANTS: dict[str, tuple[Mutant, ...]] = {
    "trap and suspicion": SUSPICION,
    "limits": SENDING_LIMITS,
    "networks": NETWORKS,
}
