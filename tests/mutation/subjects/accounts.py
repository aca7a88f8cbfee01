"""Rules of accounts: passwords, the second factor, sessions, invitations, resets, tokens."""

from __future__ import annotations

from tests.mutation.mutant import Mutant, broken

SESSIONS = "forms_api/accounts/sessions.py"
SIGNIN = "forms_api/accounts/signin.py"
SIGNIN_VIEWS = "forms_api/officer_app/signin_views.py"
SECOND_FACTOR = "forms_api/accounts/second_factor.py"
INVITATIONS = "forms_api/accounts/invitations.py"
TOKENS = "forms_api/accounts/tokens.py"

PASSWORDS = (
    broken(
        "cheap-hashes",
        "A password's hash costs one pass.",
        "O4",
        "forms_api/vault/officer_keys.py",
        "passes: int = 3",
        "passes: int = 1",
    ),
    broken(
        "small-hashes",
        "A password's hash takes one megabyte.",
        "O4",
        "forms_api/vault/officer_keys.py",
        "memory_kib: int = 64 * 1024",
        "memory_kib: int = 1024",
    ),
    broken(
        "short-passwords",
        "A password of six signs is taken.",
        "O3",
        "forms_api/accounts/passwords.py",
        "MIN_SIGNS = 10",
        "MIN_SIGNS = 6",
    ),
    broken(
        "guessable-passwords",
        "A password that attackers try first is taken.",
        "O3",
        "forms_api/accounts/passwords.py",
        "return PasswordFault.GUESSABLE if min(scores) < LEAST_SCORE else None",
        "return None",
    ),
    broken(
        "endless-tries",
        "Passwords are guessed at full speed.",
        "O12",
        "forms_api/accounts/attempts.py",
        "    if left > 0:",
        "    if False:",
    ),
    broken(
        "present-password-not-asked",
        "A password is changed without the present one.",
        "X20",
        SIGNIN,
        "    identity = _own_identity(_row(door.database, officer.name), present)\n"
        "    if identity is None:",
        "    from forms_api.vault.sealing import generate_identity\n\n"
        "    identity = _own_identity(_row(door.database, officer.name), present)\n"
        "    identity = identity or generate_identity()\n"
        "    if False:",
    ),
)

SECOND_FACTORS = (
    broken(
        "phone-code-twice",
        "A code of the phone counts twice.",
        "O5",
        SECOND_FACTOR,
        "where(credentials.c.officer_id == officer_id, or_(last.is_(None), last < step))",
        "where(credentials.c.officer_id == officer_id)",
    ),
    broken(
        "late-phone-codes",
        "A code of the phone counts for two minutes.",
        "O5",
        SECOND_FACTOR,
        "ACCEPTED_STEPS = (0, -1)",
        "ACCEPTED_STEPS = (0, -1, -2, -3)",
    ),
    broken(
        "paper-code-twice",
        "A code on paper counts twice.",
        "O5",
        SECOND_FACTOR,
        "            recovery_codes.c.used_at.is_(None),\n        )\n        .values",
        "        )\n        .values",
    ),
    broken(
        "no-second-factor",
        "An account without a second factor comes in.",
        "O5",
        SIGNIN,
        "    return sealed is not None and second_factor.use_up(",
        "    return sealed is None or second_factor.use_up(",
    ),
)

SESSION_ENDS = (
    broken(
        "idle-sessions",
        "A session that nobody uses goes on.",
        "O8",
        SESSIONS,
        ' or now >= row["expires_at"] or now - row["seen_at"] >= IDLE:',
        ' or now >= row["expires_at"]:',
    ),
    broken(
        "endless-sessions",
        "A session that is used goes on for days.",
        "O8",
        SESSIONS,
        ' or now >= row["expires_at"] or now - row["seen_at"] >= IDLE:',
        ' or now - row["seen_at"] >= IDLE:',
    ),
    broken(
        "pages-keep-sessions",
        "A page that asks by itself keeps a session alive.",
        "O8",
        "forms_api/officer_app/access.py",
        "is_step = rule is None or not rule.by_itself",
        "is_step = True",
    ),
    broken(
        "disabled-officers-stay",
        "A session that began while its account ended opens the desk.",
        "O9",
        SESSIONS,
        "    if officer.disabled_at is not None:\n        raise UnauthenticatedError\n",
        "",
    ),
    broken(
        "disabling-leaves-access",
        "Sessions and tokens of an account that has ended stay in the database, with its key.",
        "O9",
        "forms_api/accounts/officers.py",
        "        end_access(connection, officer.id, at=now)\n        end_invitations",
        "        end_invitations",
    ),
    broken(
        "old-password-s-sessions",
        "Sessions go on after the password was changed.",
        "O9",
        SIGNIN,
        "        end_access(connection, officer.id, at=now)\n",
        "",
    ),
    broken(
        "leaving-leaves-the-session",
        "After signing out the cookie still opens the desk.",
        "O9",
        SESSIONS,
        "        if connection.execute(delete(sessions).where(*mine)).rowcount == 0:",
        "        if connection.execute(select(sessions.c.id).where(*mine)).first() is None:",
    ),
    broken(
        "leaving-leaves-pages",
        "After signing out the browser keeps pages of the desk.",
        "P24",
        SIGNIN_VIEWS,
        '        answer.headers["Clear-Site-Data"] = \'"cache", "storage"\'\n',
        "",
    ),
    broken(
        "session-in-clear",
        "The database holds what a cookie opens a session with.",
        "O7",
        SESSIONS,
        'return hashlib.sha256(b"session\\0" + secret.encode()).hexdigest()',
        "return secret",
    ),
    broken(
        "planted-sessions",
        "What somebody planted in a browser is there after signing in.",
        "O7",
        SIGNIN_VIEWS,
        "        session.clear()\n        session[SESSION_KEY] = secret",
        "        session[SESSION_KEY] = secret",
    ),
)

INVITED = (
    broken(
        "invitation-twice",
        "An invitation counts twice.",
        "O2",
        INVITATIONS,
        "        invitations.c.used_at.is_(None),\n",
        "",
    ),
    broken(
        "invitation-without-end",
        "An invitation counts for ever.",
        "O2",
        INVITATIONS,
        "        invitations.c.expires_at > _now(),\n",
        "",
    ),
    broken(
        "invited-without-the-key",
        "Who cannot open the queue invites.",
        "O2",
        "forms_api/accounts/queue_keys.py",
        "    if held.keys() != known:",
        "    if False:",
    ),
    broken(
        "phone-guessed-at-a-reset",
        "Who sends a reset guesses the code of the phone.",
        "X19",
        INVITATIONS,
        "    if count_failures(connection, guess) >= MOST_WRONG_CODES:",
        "    if False:",
    ),
)

TOKEN_RULES = (
    broken(
        "tokens-in-clear",
        "The database holds tokens as programs show them.",
        "O25",
        TOKENS,
        "return hashlib.sha256(secret.encode()).digest()",
        "return secret.encode()",
    ),
    broken(
        "endless-tokens",
        "A token counts after its last day.",
        "O25",
        TOKENS,
        ' or row["revoked_at"] is not None or row["expires_at"] <= now:',
        ' or row["revoked_at"] is not None:',
    ),
    broken(
        "revoked-tokens",
        "A revoked token counts.",
        "O9",
        TOKENS,
        ' or row["revoked_at"] is not None or row["expires_at"] <= now:',
        ' or row["expires_at"] <= now:',
    ),
    broken(
        "tokens-from-anywhere",
        "A token bound to a network counts from anywhere.",
        "O25",
        TOKENS,
        "if token.networks and not _is_within(address, token.networks):",
        "if False:",
    ),
    broken(
        "tokens-beyond-their-owner",
        "A token does what its owner may not.",
        "O6",
        TOKENS,
        "return Actor(name, allowed & owner.permissions,",
        "return Actor(name, allowed,",
    ),
    broken(
        "tokens-beyond-their-owner-s-part",
        "A token sees reports that its owner does not.",
        "O13",
        TOKENS,
        "allowed & owner.permissions, owner.areas, owner.categories)",
        "allowed & owner.permissions)",
    ),
)

MUTANTS: dict[str, tuple[Mutant, ...]] = {
    "passwords": PASSWORDS,
    "second factor": SECOND_FACTORS,
    "sessions": SESSION_ENDS,
    "invitations": INVITED,
    "tokens": TOKEN_RULES,
}
