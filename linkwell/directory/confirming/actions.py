"""Asking an organisation whether its entries are right: at most once a month, reminded once, then somebody rings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.common.locks import one_at_a_time
from linkwell.directory import actions, call_list
from linkwell.directory.confirming import queries, rules
from linkwell.directory.editing.moderation import suggest_changes
from linkwell.directory.errors import ConfirmationRefused
from linkwell.directory.models import ConfirmationRequest, Organisation
from linkwell.messages import texts
from linkwell.messages.actions import queue_message
from linkwell.team import tokens
from linkwell.team.models import Token

CHOICES = {"right": "Still right", "changed": "Changed", "closed": "Closed"}
LONGEST_NAME = 80


@transaction.atomic
def ask(*, organisation_id: int, scheme_id: int, at: datetime) -> ConfirmationRequest | None:
    """Ask an organisation about all its entries, once for all schemes; None where it may not be asked now.

    Without a mailbox or a number its entries go to the list of calls. Two workers at once ask once.
    """
    organisation = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    entries = queries.to_confirm(organisation_id, on=at.date())
    if organisation is None or not entries or organisation.asks_stopped_at is not None:
        return None
    channel, address = "email", queries.address_of(organisation)
    if not address and texts.is_configured():
        channel, address = "sms", queries.number_of(organisation)
    if not address:
        due = [row.pk for row in entries if row.sinks_on is None or row.sinks_on <= at.date()]
        call_list.add_calls(due, why="no_address", at=at, harm=queries.harm_of(due, on=at.date()))
        return None
    key = queries.address_key(address)
    one_at_a_time(f"ask {key}")
    if not rules.may_ask(last_asked_at=queries.last_asked_at(organisation_id, key), at=at):
        return None
    request = ConfirmationRequest.objects.create(
        organisation=organisation, channel=channel, address_key=key, asked_at=at
    )
    token = tokens.make_token(
        scheme_id=scheme_id, purpose=queries.PURPOSE, object_id=request.pk, expires_at=at + rules.LINK_LIVES, at=at
    )
    _write(request, token, "entries_asked", at=at)
    audit.record("directory.organisation_asked", about=organisation, at=at)
    return request


def _write(request: ConfirmationRequest, token: Token, template: str, *, at: datetime) -> None:
    is_text = request.channel == "sms"
    queue_message(
        scheme_id=token.scheme_id, template="entries_text" if is_text else template, recipient_kind="entry_request",
        recipient_id=request.pk, channel=request.channel, at=at, token=token,
        words={} if is_text else {"until": f"{localdate(token.expires_at):%-d %B %Y}"},
    )  # fmt: skip


@transaction.atomic
def remind(*, request_id: int, at: datetime) -> bool:
    """Remind an organisation once, two weeks after it was asked; say whether it was reminded now."""
    request = _open(request_id)
    if request is None or request.reminded_at is not None or at - request.asked_at < rules.REMINDED_AFTER:
        return False
    if not queries.to_confirm(request.organisation_id, on=at.date()):
        return False
    request.reminded_at = at
    request.save(update_fields=["reminded_at"])
    _write(request, _token(request), "entries_reminder", at=at)
    return True


@transaction.atomic
def fall_silent(*, request_id: int, at: datetime) -> bool:
    """Let somebody ring an organisation that did not answer for four weeks; nothing of it is taken away."""
    request = _open(request_id)
    if request is None or at - request.asked_at < rules.SILENT_AFTER:
        return False
    _end(request, "silent", at)
    due = [row.pk for row in queries.to_confirm(request.organisation_id, on=at.date())]
    call_list.add_calls(due, why="silence", at=at, harm=queries.harm_of(due, on=at.date()))
    return True


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a group says of its entries: a choice for each, and words for what has changed."""

    name: str
    choices: Mapping[int, str]
    changes: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


@transaction.atomic
def answer(*, token_id: int, said: Said, at: datetime) -> ConfirmationRequest:
    """Take a group's answer: a choice for every entry and a typed name, or nothing at all.

    "Changed" keeps its words for a directory editor. Raises ConfirmationRefused or ChangeRefused, and NotVisible
    for a link that is over.
    """
    request = _of_link(token_id)
    name = " ".join(said.name.split())
    entries = queries.to_confirm(request.organisation_id, on=at.date())
    if not name or len(name) > LONGEST_NAME:
        raise ConfirmationRefused("Type your name.")
    if set(said.choices) != {row.pk for row in entries} or not set(said.choices.values()) <= set(CHOICES):
        raise ConfirmationRefused("Choose for each entry: still right, changed or closed.")
    for service_id, found in sorted(said.choices.items()):
        words = {one: text for one, text in said.changes.get(service_id, {}).items() if text.strip()}
        if found == "changed":
            if not words:
                raise ConfirmationRefused("Say what has changed, in a few words.")
            suggest_changes(
                service_id=service_id, fields=words, origin="check", by=None, at=at, reason=f"Said by {name}"
            )
        actions.record_verification(
            service_id=service_id, who="group", how="email", found=found, by=None, at=at, said_by=name
        )
    _end(request, "answered", at)
    audit.record("directory.organisation_answered", about=request.organisation, at=at)
    return request


@transaction.atomic
def stop_asking(*, token_id: int, name: str, at: datetime) -> None:
    """Ask this organisation by e-mail no more: its entries are rung about from now on.

    Raises ConfirmationRefused without a typed name, and NotVisible.
    """
    request = _of_link(token_id)
    if not name.strip():
        raise ConfirmationRefused("Type your name.")
    Organisation.objects.filter(pk=request.organisation_id).update(asks_stopped_at=at)
    for row in queries.to_confirm(request.organisation_id, on=at.date()):
        call_list.add_call(service_id=row.pk, why="ring_me", at=at, note=f"Asked by {name.strip()[:LONGEST_NAME]}")
    _end(request, "stopped", at)
    audit.record("directory.asking_stopped", about=request.organisation, at=at)


@transaction.atomic
def take_text(*, request_id: int, words: str, at: datetime) -> str:
    """Take what a group answered by text: 1 yes, 2 full, 3 ring me; after anything else somebody rings too.

    Returns what was understood, "" for a question that is answered already.
    """
    request = _open(request_id)
    if request is None or request.channel != "sms":
        return ""
    meant = {"1": "right", "2": "full", "3": "ring_me"}.get(words.strip().rstrip(".)")[:2], "unclear")
    for row in queries.to_confirm(request.organisation_id, on=at.date()):
        if meant in ("right", "full"):
            actions.record_verification(service_id=row.pk, who="group", how="text", found=meant, by=None, at=at)
        else:
            call_list.add_call(service_id=row.pk, why="ring_me", at=at)
    _end(request, "answered", at)
    audit.record("directory.organisation_answered", about=request.organisation, at=at)
    return meant


def _open(request_id: int) -> ConfirmationRequest | None:
    rows = ConfirmationRequest.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.filter(pk=request_id, state="asked").first()


def _of_link(token_id: int) -> ConfirmationRequest:
    token = Token.objects.filter(pk=token_id, purpose=queries.PURPOSE).first()
    rows = ConfirmationRequest.objects.select_for_update(of=("self",)).select_related("organisation")
    request = rows.filter(pk=token.object_id).first() if token else None
    if request is None:
        raise NotVisible
    if request.state not in ("asked", "silent"):
        raise ConfirmationRefused("This question is answered already. Thank you.")
    return request


def _token(request: ConfirmationRequest) -> Token:
    return Token.objects.get(purpose=queries.PURPOSE, object_id=request.pk)


def _end(request: ConfirmationRequest, state: str, at: datetime) -> None:
    request.state, request.ended_at = state, at
    request.save(update_fields=["state", "ended_at"])
