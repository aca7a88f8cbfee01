"""The officers' face as a Flask application: shut by default, problem documents for every error."""

from __future__ import annotations

from flask import Flask

from forms_api.content.ward import load_ward
from forms_api.officer_app.access import install_guard
from forms_api.officer_app.api_v1 import api_blueprint, api_scopes
from forms_api.officer_app.endpoint import ReportIdConverter
from forms_api.officer_app.problems import install_problems
from forms_api.reports.service import ReportService, open_service
from forms_api.settings import Settings
from forms_api.web.application import make_application
from forms_api.web.health import health_blueprint

COOKIE = "officer"


def create_officer_app(settings: Settings, *, service: ReportService | None = None) -> Flask:
    """Return the officers' face on `service`, else on the database of `settings`.

    Raises NotInitialisedError before `init`.
    """
    app = make_application(
        "officers",
        settings,
        secret=settings.officers_secret,
        cookie=COOKIE,
        template_dirs=[settings.templates_dir / "officers"],
    )
    if service is None:
        prefix = load_ward(settings.content_dir).reference_prefix
        service = open_service(settings, reference_prefix=prefix)
    app.url_map.converters["report_id"] = ReportIdConverter
    install_problems(app)
    install_guard(app, service.database, api_scopes())
    app.register_blueprint(health_blueprint(settings, service.database))
    app.register_blueprint(api_blueprint(service))
    return app
