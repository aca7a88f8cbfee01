"""Every mutant, by what it is about."""

from __future__ import annotations

from tests.mutation.mutant import Mutant
from tests.mutation.subjects import (
    accounts,
    attachments,
    desk,
    limits,
    public,
    reading,
    store,
    web,
)

MUTANTS: dict[str, tuple[Mutant, ...]] = {
    **store.MUTANTS,
    **attachments.MUTANTS,
    **web.MUTANTS,
    **public.MUTANTS,
    **limits.MUTANTS,
    **desk.MUTANTS,
    **reading.MUTANTS,
    **accounts.MUTANTS,
}
