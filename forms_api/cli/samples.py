"""`samples`: made-up reports for newcomers to practise on, added and removed as one."""

from __future__ import annotations

import datetime as dt

import click
from werkzeug.datastructures import MultiDict

from forms_api.accounts.permissions import operator_actor
from forms_api.cli.context import actor, as_json, open_database, print_json
from forms_api.content import samples as told
from forms_api.content.ward import Areas, load_areas, load_ward
from forms_api.content.yaml_source import YamlSource
from forms_api.errors import ContentError, Problem
from forms_api.forms.compiler import STOP_SEEN, CompiledForm, compile_form
from forms_api.forms.definition import load_definitions
from forms_api.forms.judgement import Judgement
from forms_api.reports.period import local_day
from forms_api.reports.samples import (
    MadeSample,
    SampleReport,
    add_samples,
    list_samples,
    remove_samples,
)
from forms_api.reports.service import open_service, utc_now
from forms_api.settings import Settings
from forms_api.store.erasing import forget_deleted
from forms_api.vault.receipts import new_submission_id
from forms_api.web.submissions import submission_of
from forms_api.web.uploads import Uploads


@click.group()
def samples() -> None:
    """Made-up reports to practise on, kept out of all numbers: add, list, remove."""


@samples.command("add")
@as_json
def add(*, as_json: bool) -> None:
    """Send the reports of content/data/samples.yml and print their references and codes.

    With a code the follow-up page can be tried. Codes are shown once, here.
    """
    with open_database() as (settings, _):
        reports = judged_samples(settings)
        prefix = load_ward(settings.content_dir).reference_prefix
        service = open_service(settings, reference_prefix=prefix)
        try:
            made = add_samples(service, reports, actor=operator_actor(_name()))
        finally:
            service.database.close()
    if as_json:
        print_json([_as_json(sample) for sample in made])
        return
    for sample in made:
        click.echo(f"{sample.receipt.reference}  {sample.receipt.code.reveal()}  {sample.name}")


@samples.command("list")
@as_json
def list_(*, as_json: bool) -> None:
    """List the samples that are there."""
    with open_database() as (_, database):
        found = list_samples(database, actor=operator_actor(_name()))
    if as_json:
        print_json(
            [
                {"id": sample.report_id, "reference": sample.reference, "status": sample.status}
                for sample in found
            ]
        )
        return
    for sample in found:
        click.echo(f"{sample.reference}  {sample.status}")


@samples.command("remove")
@as_json
def remove(*, as_json: bool) -> None:
    """Erase every sample with all that was written to it; nothing else is touched."""
    with open_database() as (_, database):
        removed = remove_samples(database, actor=operator_actor(_name()))
        forget_deleted(database)
    if as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"{removed} sample reports removed")


def judged_samples(settings: Settings) -> list[SampleReport]:
    """Return the samples as the form's judge accepts them. Raises ContentError for all it refuses."""
    file, source = told.load_samples(settings.content_dir)
    areas, ward = load_areas(settings.content_dir), load_ward(settings.content_dir)
    definition = load_definitions(settings.content_dir).get(file.form)
    if definition is None:
        raise ContentError([source.problem(("form",), f"không có biểu mẫu “{file.form}”")])
    form = compile_form(definition, areas=areas, numbers=ward.numbers)
    judged = [(sample, _judge(form, _posted(sample, areas))) for sample in file.samples]
    problems = [
        problem
        for index, (_, judgement) in enumerate(judged)
        for problem in _problems(source, index, judgement)
    ]
    if problems:
        raise ContentError(problems)
    return [
        SampleReport(
            sample.id,
            submission_of(form, new_submission_id(), judgement, Uploads()),
            sample.steps,
        )
        for sample, judgement in judged
    ]


def _posted(sample: told.Sample, areas: Areas) -> MultiDict[str, str]:
    """Return a sample's answers as a browser posts them."""
    posted: MultiDict[str, str] = MultiDict()
    for field_id, given in sample.answers.items():
        for value in given if isinstance(given, list) else [given]:
            posted.add(field_id, _typed(value, areas))
    return posted


def _typed(value: str | told.DaysAgo | told.AreaInList, areas: Areas) -> str:
    if isinstance(value, told.DaysAgo):
        return (local_day(utc_now()) - dt.timedelta(days=value.days_ago)).isoformat()
    if isinstance(value, told.AreaInList):
        return areas.areas[(value.area - 1) % len(areas.areas)].id
    return value


def _judge(form: CompiledForm, posted: MultiDict[str, str]) -> Judgement:
    """Return the judgement after every screen that may be passed was read."""
    judgement = form.judge(posted)
    while judgement.stop is not None and judgement.stop.stop.may_continue:
        posted.add(STOP_SEEN, judgement.stop.token)
        judgement = form.judge(posted)
    return judgement


def _problems(source: YamlSource, index: int, judgement: Judgement) -> list[Problem]:
    where = ("samples", index, "answers")
    found = [source.problem((*where, error.field_id), error.message) for error in judgement.errors]
    if judgement.stop is not None:
        shown = judgement.stop
        found.append(source.problem((*where, shown.field_id), shown.stop.title))
    return found


def _as_json(sample: MadeSample) -> dict[str, str]:
    return {
        "name": sample.name,
        "id": sample.report_id,
        "reference": sample.receipt.reference,
        "code": sample.receipt.code.reveal(),
    }


def _name() -> str:
    return actor().removeprefix("cli:")
