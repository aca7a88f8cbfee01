"""Rules of the officers' work: who may come in, part of the work, leases, versions, two people."""

from __future__ import annotations

from tests.mutation.mutant import Mutant, broken

ACCESS = "forms_api/officer_app/access.py"
PERMISSIONS = "forms_api/accounts/permissions.py"
QUEUE = "forms_api/store/queue.py"
CASEWORK = "forms_api/reports/casework.py"
READING = "forms_api/reports/reading.py"
SEALED = "forms_api/reports/sealed.py"
SEARCH = "forms_api/reports/search.py"
TRASH = "forms_api/reports/trash.py"

DEFAULT_DENY = (
    broken(
        "unmarked-page-open",
        "A page of the desk that nobody marked is open to every officer.",
        "O6",
        ACCESS,
        "    if rule is None:\n        raise ForbiddenError\n",
        "    if rule is None:\n        return\n",
    ),
    broken(
        "unlisted-call-open",
        "A call of the API that nobody listed is open to every token.",
        "O6",
        ACCESS,
        "    if scope is None:\n        raise ForbiddenError\n    if scope not in",
        "    if scope is not None and scope not in",
    ),
    broken(
        "any-role",
        "A page is open to every role.",
        "O6",
        ACCESS,
        "if rule.permissions and not rule.permissions & g.actor.permissions:",
        "if False:",
    ),
    broken(
        "any-scope",
        "A token does what its scopes do not say.",
        "O6",
        ACCESS,
        "    if scope not in token.scopes:",
        "    if False:",
    ),
    broken(
        "no-second-typing",
        "Grave acts do not ask for password and code again.",
        "O11",
        ACCESS,
        "if rule.fresh and not g.session.is_fresh(dt.datetime.now(dt.UTC)):",
        "if False:",
    ),
    broken(
        "null-signs",
        "The desk takes texts with null signs.",
        "O26",
        ACCESS,
        "            _refuse_null_signs()\n",
        "",
    ),
)

FORGED_POSTS = (
    broken(
        "desk-without-token",
        "The desk takes a form without the token of its session.",
        "P10",
        ACCESS,
        "                csrf.protect()\n",
        "                pass\n",
    ),
    broken(
        "desk-from-elsewhere",
        "The desk takes a form that another site sent.",
        "O28",
        ACCESS,
        "                _refuse_other_sites()\n",
        "",
    ),
)

SCOPE = (
    broken(
        "any-area",
        "An officer sees reports of every tổ dân phố.",
        "O13",
        PERMISSIONS,
        'return _within(self.areas, report["area"]) and _within(self.categories, report["category"])',
        'return _within(self.categories, report["category"])',
    ),
    broken(
        "any-category",
        "An officer sees reports of every category.",
        "O13",
        PERMISSIONS,
        'return _within(self.areas, report["area"]) and _within(self.categories, report["category"])',
        'return _within(self.areas, report["area"])',
    ),
    broken(
        "lists-of-everything",
        "Lists and counts hold reports beyond the officer's part.",
        "O13",
        QUEUE,
        "    return or_(reports.c.claimed_by == viewer.name, and_(*limits)) if limits else true()",
        "    return true()",
    ),
    broken(
        "claims-of-everything",
        "A claim hands out reports beyond the officer's part.",
        "O13",
        QUEUE,
        "where(is_free(now), seen_by(viewer), is_not_of_talk())",
        "where(is_free(now), is_not_of_talk())",
    ),
    broken(
        "search-by-number",
        "A reference finds a report beyond the officer's part.",
        "O13",
        SEARCH,
        ' or report["trashed_at"] is not None or not actor.sees(report):',
        ' or report["trashed_at"] is not None:',
    ),
    broken(
        "report-of-another-part",
        "The desk opens a report beyond the officer's part.",
        "O13",
        "forms_api/reports/reach.py",
        "    if report is None or not actor.sees(report):",
        "    if report is None:",
    ),
    broken(
        "file-of-another-part",
        "The desk hands out a file of a report beyond the officer's part.",
        "O13",
        READING,
        "        report = find_to_read(connection, actor, report_id)\n        entries",
        "        report = rows.get(connection, report_id, sealed=True)\n"
        "        assert report is not None\n        entries",
    ),
    broken(
        "sealed-file-of-another-part",
        "The API hands out a file of a report beyond its owner's part.",
        "O13",
        SEALED,
        "        find(connection, actor, report_id)\n        sealed =",
        "        sealed =",
    ),
    broken(
        "trash-of-another-part",
        "An officer decides about a report in the trash beyond the own part.",
        "O13",
        TRASH,
        'if report is None or report["trashed_at"] is None or not actor.sees(report):',
        'if report is None or report["trashed_at"] is None:',
    ),
)

LEASES = (
    broken(
        "claimed-twice",
        "A claimed report is handed to a second officer.",
        "O15",
        QUEUE,
        "or_(reports.c.claimed_by.is_(None), reports.c.lease_until < now),\n    )",
        "true(),\n    )",
    ),
    broken(
        "lease-without-end",
        "A claim never runs out.",
        "O15",
        QUEUE,
        "or_(reports.c.claimed_by.is_(None), reports.c.lease_until < now),\n    )",
        "reports.c.claimed_by.is_(None),\n    )",
    ),
    broken(
        "one-claimed-twice",
        "Of two who claim one report at once both get it.",
        "O15",
        QUEUE,
        "                is_free(now),\n                and_(",
        "                reports.c.status == NEW,\n                and_(",
    ),
    broken(
        "acknowledged-by-another",
        "Who did not claim a report takes it over.",
        "O15",
        QUEUE,
        "        reports.c.claimed_by == claimer,\n        kept(),",
        "        kept(),",
    ),
    broken(
        "lease-does-not-bind-moves",
        "A report is moved while another's lease runs.",
        "O15",
        CASEWORK,
        'return report["quarantined"] is None and not is_anothers(actor, report, now)',
        'return report["quarantined"] is None',
    ),
    broken(
        "quarantine-does-not-bind-moves",
        "A report that is kept apart is moved.",
        "O15",
        CASEWORK,
        'return report["quarantined"] is None and not is_anothers(actor, report, now)',
        "return not is_anothers(actor, report, now)",
    ),
    broken(
        "lease-does-not-bind-answers",
        "A report is answered while another's lease runs.",
        "O15",
        CASEWORK,
        "    if stale or is_anothers(actor, report, utc_now()):",
        "    if stale:",
    ),
)

VERSIONS = (
    broken(
        "stale-moves",
        "A decision made on an older version counts.",
        "O16",
        CASEWORK,
        'if report["version"] != move.version or not _is_free_for(actor, report, now):',
        "if not _is_free_for(actor, report, now):",
    ),
    broken(
        "stale-answers",
        "An answer written to an older version is sent.",
        "O16",
        CASEWORK,
        'stale = version is not None and report["version"] != version',
        "stale = False",
    ),
    broken(
        "any-move",
        "A report moves from any state to any other.",
        "O17",
        "forms_api/reports/lifecycle.py",
        "    if to not in MOVES[current]:",
        "    if False:",
    ),
    broken(
        "reopened-without-a-reason",
        "A finished report is opened again without a reason.",
        "O17",
        "forms_api/reports/lifecycle.py",
        "needs_words = current in END_STATES or (say_why and to in END_STATES)",
        "needs_words = say_why and to in END_STATES",
    ),
)

TWO_PEOPLE = (
    broken(
        "one-person-deletes",
        "Who put a report into the trash agrees to its deletion.",
        "O18",
        TRASH,
        '        if deletion["asked_by"] == actor.name:',
        "        if False:",
    ),
    broken(
        "nobody-agrees",
        "A report in the trash is erased without anybody's consent.",
        "O18",
        "forms_api/store/casework.py",
        "            deletions.c.approved_by.is_not(None),\n",
        "",
    ),
    broken(
        "erased-at-once",
        "A report is erased as soon as a second person agrees.",
        "O18",
        TRASH,
        "trashed_before=now - KEPT_FOR",
        "trashed_before=now",
    ),
)

MUTANTS: dict[str, tuple[Mutant, ...]] = {
    "default deny": DEFAULT_DENY,
    "forged posts at the desk": FORGED_POSTS,
    "part of the work": SCOPE,
    "leases": LEASES,
    "versions and moves": VERSIONS,
    "two people": TWO_PEOPLE,
}
