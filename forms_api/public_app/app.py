"""The residents' application: forms, receipts, follow-up, short links, and pages for what went wrong."""

from __future__ import annotations

from flask import Flask

from forms_api.attachments.scanning import Scanner
from forms_api.content.share import load_short_links
from forms_api.content.ward import load_areas, load_ward
from forms_api.errors import NotInitialisedError
from forms_api.forms.compiler import compile_form
from forms_api.forms.definition import load_definitions
from forms_api.moments import vietnam_day, vietnam_time
from forms_api.public_app.crowd import Crowd
from forms_api.public_app.error_views import register_error_pages
from forms_api.public_app.exit_views import exit_blueprint
from forms_api.public_app.face import Face
from forms_api.public_app.followup_views import followup_blueprint
from forms_api.public_app.limits import UploadRoom, make_limiter
from forms_api.public_app.link_views import link_blueprint
from forms_api.public_app.report_views import report_blueprint
from forms_api.public_app.tokens import CSRF_SECONDS
from forms_api.public_app.upload_views import upload_blueprint
from forms_api.reports.deadlines import load_rules
from forms_api.reports.service import ReportService, open_service
from forms_api.reports.short_links import CampaignPages, ShortLinks, VisitCounter
from forms_api.settings import Settings
from forms_api.web.application import make_application
from forms_api.web.capacity import CapacityWatch
from forms_api.web.form_tokens import FormTokens
from forms_api.web.health import health_blueprint

SHELL_FOLDER = "_shell"


def create_public_app(settings: Settings, *, service: ReportService | None = None) -> Flask:
    """Return the residents' application on `service` (opened from `settings` when not given).

    Raises ContentError for mistakes in the ward's facts or forms, and NotInitialisedError when
    keys are missing.
    """
    secret = settings.public_secret
    app = make_application(
        "forms_api.public_app",
        settings,
        secret=secret,
        cookie="phieu",
        template_dirs=[settings.site_dir / SHELL_FOLDER, settings.templates_dir / "public"],
    )
    if secret is None:
        raise NotInitialisedError("no public secret")
    app.config["WTF_CSRF_TIME_LIMIT"] = CSRF_SECONDS
    # Only the methods a view names are answered.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.jinja_env.filters["vietnam_time"] = vietnam_time
    app.jinja_env.filters["vietnam_day"] = vietnam_day
    ward, areas = load_ward(settings.content_dir), load_areas(settings.content_dir)
    service = service or open_service(settings, reference_prefix=ward.reference_prefix)
    face = Face(
        settings=settings,
        service=service,
        ward=ward,
        forms={
            form_id: compile_form(definition, areas=areas, numbers=ward.numbers)
            for form_id, definition in load_definitions(settings.content_dir).items()
            if definition.is_public
        },
        tokens=FormTokens(secret),
        room=UploadRoom(),
        capacity=CapacityWatch(settings, service.database),
        crowd=Crowd(settings, service, secret),
        scanner=Scanner(settings.clamd),
        links=ShortLinks(load_short_links(settings.content_dir), CampaignPages(service.database)),
        visits=VisitCounter(service.database),
        rules=load_rules(settings.content_dir),
    )
    app.extensions["face"] = face
    limiter = make_limiter(app, settings, secret, service.database)
    register_error_pages(app, face)
    app.register_blueprint(report_blueprint(face, limiter))
    app.register_blueprint(upload_blueprint(face, limiter))
    app.register_blueprint(followup_blueprint(face, limiter))
    app.register_blueprint(exit_blueprint(face))
    app.register_blueprint(link_blueprint(face))
    app.register_blueprint(health_blueprint(settings, face.service.database))
    return app
