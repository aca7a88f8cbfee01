"""The queue's keys: every holder has all of them, a new one reaches who stays, paper opens too."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import delete, select, update

from forms_api.accounts.invitations import invite
from forms_api.accounts.officers import NewOfficer, disable_officer
from forms_api.accounts.permissions import Role
from forms_api.accounts.queue_keys import (
    DRILL_EVERY,
    FIRST_LABEL,
    add_recovery_key,
    check_recovery_key,
    drill_is_overdue,
    list_queue_keys,
    list_recovery_keys,
    open_keys,
    present_keys,
    remove_recovery_key,
    rotate,
)
from forms_api.accounts.second_factor import new_secret
from forms_api.errors import ConflictError, NotFoundError, SealError
from forms_api.store.installation import queue_recipient
from forms_api.store.schema import credentials, officers, queue_key_copies
from forms_api.vault.sealing import Identity, generate_identity, seal, unseal
from tests.accounts.office import PASSWORD, Office, Person


def rotated(office: Office, *keys: Identity) -> tuple[Identity, ...]:
    """Replace the queue's key and return all keys, as the first recovery key opens them."""
    held = keys or present_keys(office.database, office.queue)
    rotate(office.database, keys=held, actor="admin")
    return present_keys(office.database, office.queue)


def holders(office: Office) -> set[str]:
    """Return who holds the present key, by kind and name."""
    present = queue_recipient(office.database)
    query = select(queue_key_copies.c.holder).where(queue_key_copies.c.queue_recipient == present)
    with office.database.read() as connection:
        found = connection.execute(query).scalars().all()
        names = {
            f"officer:{row.id}": row.name
            for row in connection.execute(select(officers.c.id, officers.c.name))
        }
    labels = {f"recovery:{key.id}": key.label for key in list_recovery_keys(office.database)}
    return {names.get(holder) or labels.get(holder) or holder for holder in found}


def test_a_new_key_reaches_every_officer_and_every_recovery_key_in_force(
    office: Office, lan: Person, khac: Person
) -> None:
    paper = add_recovery_key(office.database, label="Két 2", keys=[office.queue], actor="admin")
    new, old = rotated(office)

    assert old == office.queue
    assert queue_recipient(office.database) == new.recipient
    assert office.keys_of(lan) == office.keys_of(khac) == (new, old)
    assert present_keys(office.database, paper) == (new, old)
    assert holders(office) == {lan.name, khac.name, "Két 2", FIRST_LABEL}


def test_who_was_shut_out_and_what_was_removed_gets_no_later_key(
    office: Office, lan: Person, khac: Person
) -> None:
    paper = add_recovery_key(office.database, label="Két 2", keys=[office.queue], actor="admin")
    disable_officer(office.database, name=khac.name, actor="admin")
    removed = next(key for key in list_recovery_keys(office.database) if key.label == "Két 2")
    remove_recovery_key(office.database, id_=removed.id, actor="admin")
    office.invite("Người được mời")
    rotated(office)

    assert holders(office) == {lan.name, FIRST_LABEL}
    with pytest.raises(SealError):
        present_keys(office.database, paper)


def test_credentials_that_outlived_their_officer_get_no_later_key(
    office: Office, lan: Person, khac: Person
) -> None:
    """Whatever left the row behind: shut out is shut out."""
    gone = (
        update(officers)
        .where(officers.c.name == khac.name)
        .values(disabled_at=dt.datetime.now(dt.UTC))
    )
    office.write(gone)
    rotated(office)

    assert holders(office) == {lan.name, FIRST_LABEL}


def test_shutting_an_officer_out_deletes_password_phone_papers_and_keys(
    office: Office, lan: Person
) -> None:
    disable_officer(office.database, name=lan.name, actor="admin")

    with office.database.read() as connection:
        assert connection.execute(select(credentials)).first() is None
        assert connection.execute(select(queue_key_copies)).first() is None


def test_reports_from_before_and_after_a_new_key_stay_readable(office: Office, lan: Person) -> None:
    def take_in(words: bytes) -> bytes:
        return seal(words, [list_queue_keys(office.database)[0].recipient])

    reports = [take_in(b"one")]
    rotated(office)
    reports.append(take_in(b"two"))
    rotated(office)
    reports.append(take_in(b"three"))

    for keys in (office.keys_of(lan), present_keys(office.database, office.queue)):
        opened = [unseal(report, key) for report, key in zip(reports, reversed(keys), strict=True)]
        assert opened == [b"one", b"two", b"three"]


def test_nobody_is_invited_with_only_a_part_of_the_keys(office: Office, lan: Person) -> None:
    """Else each would hand on less, until nobody opens the oldest reports."""
    new, _ = rotated(office)
    with pytest.raises(SealError, match="not all"):
        dataclasses.replace(office, queue=new).invite("Người đến sau")

    assert len(office.keys_of(lan)) == 2


def test_who_is_invited_after_a_new_key_opens_the_oldest_reports(
    office: Office, lan: Person
) -> None:
    keys = rotated(office)
    late = Person("Người đến sau", PASSWORD, new_secret())
    new = NewOfficer(late.name, Role.MEMBER)
    office.accept(invite(office.database, new, keys=keys, actor="admin"), late)

    assert office.keys_of(late) == keys


def test_only_the_present_key_makes_a_new_one(office: Office) -> None:
    with pytest.raises(SealError):
        rotate(office.database, keys=[generate_identity()], actor="x")
    rotated(office)
    present = queue_recipient(office.database)
    with pytest.raises(SealError):
        rotate(office.database, keys=[office.queue], actor="x")

    assert queue_recipient(office.database) == present


def test_queue_keys_are_listed_the_present_one_first(office: Office) -> None:
    new, old = rotated(office)

    listed = list_queue_keys(office.database)
    assert [key.recipient for key in listed] == [new.recipient, old.recipient]
    assert [key.retired_at is None for key in listed] == [True, False]


def test_a_recovery_key_is_added_only_by_who_holds_every_key(office: Office) -> None:
    rotated(office)
    for keys in ([generate_identity()], [office.queue], []):
        with pytest.raises(SealError):
            add_recovery_key(office.database, label="Két 2", keys=keys, actor="x")

    assert [key.label for key in list_recovery_keys(office.database)] == [FIRST_LABEL]


def test_the_last_recovery_key_cannot_be_removed(office: Office) -> None:
    (first,) = list_recovery_keys(office.database)
    with pytest.raises(ConflictError):
        remove_recovery_key(office.database, id_=first.id, actor="admin")
    add_recovery_key(office.database, label="Két 2", keys=[office.queue], actor="admin")
    remove_recovery_key(office.database, id_=first.id, actor="admin")

    with pytest.raises(NotFoundError):
        remove_recovery_key(office.database, id_=first.id, actor="admin")
    assert [key.label for key in list_recovery_keys(office.database)] == ["Két 2"]


def test_once_the_first_paper_is_replaced_it_opens_nothing_later(office: Office) -> None:
    """The first paper is the first queue key, which every officer held: it can be left behind."""
    paper = add_recovery_key(office.database, label="Két 2", keys=[office.queue], actor="admin")
    (first, _) = list_recovery_keys(office.database)
    remove_recovery_key(office.database, id_=first.id, actor="admin")
    rotate(office.database, keys=[office.queue], actor="admin")
    present = queue_recipient(office.database)

    assert present not in {key.recipient for key in present_keys(office.database, office.queue)}
    assert present_keys(office.database, paper)[0].recipient == present


def test_a_drill_notes_which_paper_opened_the_queue_and_when(office: Office) -> None:
    paper = add_recovery_key(office.database, label="Két 2", keys=[office.queue], actor="admin")
    rotated(office)
    office.clock.shift(DRILL_EVERY)
    checked = check_recovery_key(office.database, paper, actor="admin")

    assert checked.label == "Két 2"
    dates = {key.label: key.checked_at for key in list_recovery_keys(office.database)}
    assert dates == {FIRST_LABEL: None, "Két 2": dt.datetime.now(dt.UTC)}


def test_a_drill_with_what_is_no_paper_of_this_queue_notes_nothing(office: Office) -> None:
    new, _ = rotated(office)
    for identity in (generate_identity(), new):
        with pytest.raises(SealError):
            check_recovery_key(office.database, identity, actor="admin")

    assert [key.checked_at for key in list_recovery_keys(office.database)] == [None]


def test_a_drill_is_overdue_ninety_days_after_the_last_paper_was_proven(office: Office) -> None:
    def overdue() -> bool:
        return drill_is_overdue(office.database, dt.datetime.now(dt.UTC))

    said = [overdue()]
    office.clock.shift(DRILL_EVERY - dt.timedelta(seconds=1))
    said.append(overdue())
    office.clock.shift(1)
    said.append(overdue())
    check_recovery_key(office.database, office.queue, actor="admin")
    said.append(overdue())

    assert dt.timedelta(days=90) == DRILL_EVERY
    assert said == [False, False, True, False]


def test_a_copy_moved_to_another_holder_opens_nothing(
    office: Office, lan: Person, khac: Person
) -> None:
    """Who can write the database and was shut out cannot put the others' copies to an own name."""
    paper = add_recovery_key(office.database, label="Két 2", keys=[office.queue], actor="admin")
    theirs = f"officer:{office.officer(lan).id}"
    query = select(queue_key_copies.c.sealed).where(queue_key_copies.c.holder == theirs)
    with office.database.read() as connection:
        sealed = connection.execute(query).scalar_one()
    moved = update(queue_key_copies).values(sealed=sealed)
    office.write(moved)

    assert office.keys_of(lan) == (office.queue,)
    with pytest.raises(SealError):
        office.keys_of(khac)
    with pytest.raises(SealError):
        present_keys(office.database, paper)


def test_a_holder_without_copies_has_no_key(office: Office, lan: Person) -> None:
    office.write(delete(queue_key_copies))

    assert office.keys_of(lan) == ()


def test_a_key_smuggled_among_the_copies_is_handed_to_nobody(office: Office, lan: Person) -> None:
    """Who can write the database cannot make officers pass on a key of the writer's own."""
    foreign = generate_identity()
    with office.database.read() as connection:
        own = connection.execute(select(credentials.c.recipient)).scalar_one()
    smuggled = seal(foreign.reveal().encode(), [own])
    put = update(queue_key_copies).values(sealed=smuggled)
    office.write(put)
    keys = office.keys_of(lan)

    with pytest.raises(SealError):
        rotate(office.database, keys=keys, actor="admin")
    with pytest.raises(SealError):
        add_recovery_key(office.database, label="Két 2", keys=keys, actor="admin")


def test_an_unknown_key_opens_nothing(office: Office) -> None:
    with office.database.read() as connection:
        assert open_keys(connection, generate_identity()) == ()
    with pytest.raises(SealError):
        present_keys(office.database, generate_identity())
