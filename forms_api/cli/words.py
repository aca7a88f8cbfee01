"""What the command line says when the service refuses."""

from __future__ import annotations

from forms_api import errors

MESSAGES: dict[type[errors.FormsError], str] = {
    errors.NotInitialisedError: "nothing is set up here yet ({error}): run `python -m forms_api init`",
    errors.AlreadyInitialisedError: (
        "this database already has its keys; making new ones would lose every sealed report"
    ),
    errors.UnauthenticatedError: "wrong name, password or code",
    errors.SlowDownError: "too many failed tries: wait {error} seconds and try again",
    errors.NotFoundError: "there is no “{error}”",
    errors.ConflictError: "“{error}” is already there",
    errors.SealError: "this key does not open the queue ({error})",
    errors.StorageError: "the database or disk refused ({error}); `python -m forms_api check` tells more",
    errors.BackupError: "{error}; nothing was restored",
    errors.AuditError: "the audit chain is broken at {error}",
    errors.ContentError: "{error}",
    errors.SettingsError: "the settings cannot be used:\n{error}",
}


def explain(error: errors.FormsError) -> str:
    """Return one message for the person at the terminal."""
    template = next((MESSAGES[kind] for kind in type(error).mro() if kind in MESSAGES), "{error}")
    return template.format(error=error)
