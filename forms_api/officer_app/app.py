"""The officers' face as a Flask application: shut by default, pages for people, an API for programs."""

from __future__ import annotations

from flask import Flask

from forms_api.attachments.scanning import Scanner
from forms_api.content.answers import load_answers
from forms_api.content.team import load_team
from forms_api.content.ward import load_areas, load_ward
from forms_api.documents.names import load_names
from forms_api.errors import NotInitialisedError
from forms_api.forms.definition import load_definitions
from forms_api.officer_app.access import install_guard
from forms_api.officer_app.account_views import account_blueprint
from forms_api.officer_app.api_v1 import api_blueprint, api_scopes
from forms_api.officer_app.assets import Assets
from forms_api.officer_app.audit_views import audit_blueprint
from forms_api.officer_app.desk import Desk
from forms_api.officer_app.endpoint import ReportIdConverter
from forms_api.officer_app.entry_views import entry_blueprint
from forms_api.officer_app.error_pages import install_errors
from forms_api.officer_app.help_views import help_blueprint
from forms_api.officer_app.invitation_views import invitation_blueprint
from forms_api.officer_app.keys_views import keys_blueprint
from forms_api.officer_app.notice_views import notice_blueprint
from forms_api.officer_app.numbers_views import numbers_blueprint
from forms_api.officer_app.pages import install_page_context
from forms_api.officer_app.people_views import people_blueprint
from forms_api.officer_app.queue_views import queue_blueprint
from forms_api.officer_app.report_views import report_blueprint
from forms_api.officer_app.request_views import request_blueprint
from forms_api.officer_app.signin_views import signin_blueprint
from forms_api.officer_app.talk_views import talk_blueprint
from forms_api.officer_app.trash_views import trash_blueprint
from forms_api.reports.deadlines import load_rules
from forms_api.reports.service import ReportService, open_service
from forms_api.settings import Settings
from forms_api.web.application import make_application
from forms_api.web.health import health_blueprint

COOKIE = "officer"
BLUEPRINTS = (
    signin_blueprint,
    invitation_blueprint,
    account_blueprint,
    queue_blueprint,
    entry_blueprint,
    report_blueprint,
    request_blueprint,
    people_blueprint,
    numbers_blueprint,
    help_blueprint,
    audit_blueprint,
    trash_blueprint,
    keys_blueprint,
    notice_blueprint,
    talk_blueprint,
)


def create_officer_app(settings: Settings, *, service: ReportService | None = None) -> Flask:
    """Return the officers' face on `service`, else on the database of `settings`.

    Raises NotInitialisedError before `init`, ContentError for mistakes in the ward's facts or forms.
    """
    secret = settings.officers_secret
    app = make_application(
        "officers",
        settings,
        secret=secret,
        cookie=COOKIE,
        template_dirs=[settings.templates_dir / "officers"],
    )
    if secret is None:
        raise NotInitialisedError("no officers' secret")
    ward, forms = load_ward(settings.content_dir), load_definitions(settings.content_dir)
    names, answers = load_names(settings.content_dir), load_answers(settings.content_dir)
    desk = Desk(
        settings=settings,
        service=service or open_service(settings, reference_prefix=ward.reference_prefix),
        ward=ward,
        areas=load_areas(settings.content_dir),
        team=load_team(settings.content_dir),
        forms=forms,
        names=names,
        answers=answers.answers,
        request_received=answers.request_received,
        rules=load_rules(settings.content_dir, categories=names.categories),
        secret_key=secret,
        scanner=Scanner(settings.clamd),
    )
    assets = Assets(settings.templates_dir)
    app.url_map.converters["report_id"] = ReportIdConverter
    install_errors(app)
    install_guard(app, desk.service.database, api_scopes())
    install_page_context(app, desk, assets)
    app.register_blueprint(health_blueprint(settings, desk.service.database))
    app.register_blueprint(api_blueprint(desk.service))
    app.register_blueprint(assets.blueprint())
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint(desk))
    return app
