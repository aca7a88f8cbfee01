"""Rules of every answer: security headers one by one, caches, cookies, templates, proxies."""

from __future__ import annotations

from tests.mutation.mutant import Mutant, broken

HEADERS = "forms_api/web/headers.py"
APPLICATION = "forms_api/web/application.py"


def _policy(slug: str, breaks: str, old: str, new: str = "") -> Mutant:
    return broken(slug, breaks, "P22", HEADERS, old, new)


def _header(slug: str, breaks: str, name: str, value: str) -> Mutant:
    return broken(slug, breaks, "P23", HEADERS, f'    ("{name}", "{value}"),\n', "")


POLICY = (
    _policy(
        "csp-default",
        "What the policy does not name may be loaded from anywhere.",
        "\"default-src 'none'; script-src",
        '"default-src *; script-src',
    ),
    _policy(
        "csp-inline-scripts",
        "A script that stands in a page runs.",
        "script-src 'self'; style-src",
        "script-src 'self' 'unsafe-inline'; style-src",
    ),
    _policy(
        "csp-foreign-scripts",
        "Scripts of other sites run.",
        "script-src 'self'; style-src",
        "script-src 'self' https:; style-src",
    ),
    _policy(
        "csp-inline-styles",
        "A style that stands in a page is obeyed.",
        "style-src 'self'; img-src",
        "style-src 'self' 'unsafe-inline'; img-src",
    ),
    _policy(
        "csp-foreign-pictures",
        "A page loads pictures from other sites, which hear of its reader.",
        "img-src 'self' data:; \"",
        'img-src * data:; "',
    ),
    _policy(
        "csp-foreign-connections",
        "A script sends what it knows to other sites.",
        "connect-src 'self';",
        "connect-src *;",
    ),
    _policy(
        "csp-foreign-workers",
        "A worker of another site runs.",
        "worker-src 'self'; ",
        "worker-src *; ",
    ),
    _policy("csp-form-action", "A form may be sent to another site.", "form-action 'self'; "),
    _policy(
        "csp-base-uri",
        "A base element turns every address elsewhere.",
        "base-uri 'none'; frame-ancestors 'none'; object",
        "frame-ancestors 'none'; object",
    ),
    _policy(
        "csp-frame-ancestors",
        "Another site frames a page.",
        "frame-ancestors 'none'; object-src",
        "object-src",
    ),
    _policy("csp-object", "A page embeds plug-ins.", "; object-src 'none'", ""),
    _policy(
        "stand-in-policy",
        "The page that stands in obeys any style.",
        "style-src 'sha256-{digest}'",
        "style-src 'unsafe-inline'",
    ),
)

OTHER_HEADERS = (
    _header("no-nosniff", "A browser guesses what a file is.", "X-Content-Type-Options", "nosniff"),
    _header(
        "referrers", "Other sites hear which page led to them.", "Referrer-Policy", "no-referrer"
    ),
    _header(
        "shared-opener",
        "A page that opened ours can reach into it.",
        "Cross-Origin-Opener-Policy",
        "same-origin",
    ),
    _header(
        "shared-resources",
        "Other sites embed our files.",
        "Cross-Origin-Resource-Policy",
        "same-origin",
    ),
    _header("framed", "Another site frames a page in an old browser.", "X-Frame-Options", "DENY"),
    broken(
        "permissions",
        "A page may ask for the camera.",
        "P23",
        HEADERS,
        "camera=(), ",
        "",
    ),
    broken(
        "no-hsts",
        "Over HTTPS a browser is not bound to it.",
        "P23",
        HEADERS,
        "(*HEADERS, STRICT_TRANSPORT) if https else HEADERS",
        "HEADERS",
    ),
    broken(
        "short-hsts",
        "A browser is bound to HTTPS for a minute.",
        "P23",
        HEADERS,
        "max-age=31536000",
        "max-age=60",
    ),
    broken(
        "headers-twice",
        "A header that a view set itself is sent a second time.",
        "P22",
        HEADERS,
        "if pair[0].lower() not in present",
        "if pair[0] not in present",
    ),
)

CACHES = (
    broken(
        "pages-in-caches",
        "A page made for one person stays in caches.",
        "P24 X14",
        APPLICATION,
        'response.headers.setdefault("Cache-Control", "no-store")',
        'response.headers.setdefault("Cache-Control", "private")',
    ),
)

COOKIES = (
    broken(
        "cookies-for-scripts",
        "A script can read the session's cookie.",
        "O1 O7",
        APPLICATION,
        "SESSION_COOKIE_HTTPONLY=True",
        "SESSION_COOKIE_HTTPONLY=False",
    ),
    broken(
        "cookies-for-other-sites",
        "A browser sends the session's cookie along with other sites' requests.",
        "O1 O7",
        APPLICATION,
        'SESSION_COOKIE_SAMESITE="Strict"',
        'SESSION_COOKIE_SAMESITE="None"',
    ),
    broken(
        "cookies-unbound",
        "The session's cookie is sent in clear and to other hosts.",
        "O1 O7",
        APPLICATION,
        'f"__Host-{cookie}" if settings.https else cookie',
        "cookie",
    ),
)

TEMPLATES = (
    broken(
        "markup-obeyed",
        "Markup that was typed is obeyed.",
        "P21",
        APPLICATION,
        '"autoescape": True',
        '"autoescape": False',
    ),
    broken(
        "frame-published",
        "The page frame is served as a page.",
        "X10",
        "forms_api/web/site.py",
        "        del site.files[address]",
        "        pass",
    ),
)

UPLOADS_IN_MEMORY = (
    broken(
        "uploads-on-disk",
        "An upload is spooled to a temporary file, in clear.",
        "P26 X3",
        APPLICATION,
        "        return BytesIO()",
        "        from tempfile import SpooledTemporaryFile\n\n"
        "        return SpooledTemporaryFile(max_size=500_000)",
    ),
)

PROXIES = (
    broken(
        "any-proxy-believed",
        "Whoever sends a forwarding header chooses the own network address.",
        "P19",
        APPLICATION,
        "    if settings.trusted_proxies:\n        hops = settings.trusted_proxies\n",
        "    if True:\n        hops = settings.trusted_proxies or 1\n",
    ),
)

MUTANTS: dict[str, tuple[Mutant, ...]] = {
    "content security policy": POLICY,
    "other headers": OTHER_HEADERS,
    "caches": CACHES,
    "cookies": COOKIES,
    "templates": TEMPLATES,
    "uploads in memory": UPLOADS_IN_MEMORY,
    "trusted proxies": PROXIES,
}
