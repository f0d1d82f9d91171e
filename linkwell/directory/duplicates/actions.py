"""Joining two entries, saying that they are not the same, and taking them apart again exactly as they were."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from linkwell.common import audit
from linkwell.common.errors import NotVisible
from linkwell.directory import derive
from linkwell.directory.duplicates import fields
from linkwell.directory.errors import AnswerRefused
from linkwell.directory.listeners import entry_changed
from linkwell.directory.models import Duplicate, FieldSource, Joining, Service
from linkwell.team.models import Membership

_HAND = ("field", "set_at", "set_by", "note", "said", "said_known")


@transaction.atomic
def join_entries(*, duplicate_id: int, keep_id: int, taken: Collection[str], by: Membership, at: datetime) -> Joining:
    """Join the other entry of a pair into the kept one; `taken` are the choices that come from the other.

    The kept entry goes on being read from its own source; each field that was taken goes on following the source of
    the joined entry. Raise AnswerRefused where the pair was decided already, or the joined entry has others in it.
    """
    pair = _pair(duplicate_id)
    if keep_id not in (pair.first_id, pair.second_id):
        raise AnswerRefused("Choose which of the two entries stays.")
    if unknown := set(taken) - set(fields.BY_NAME):
        raise AnswerRefused(f"These are no fields to choose: {', '.join(sorted(unknown))[:100]}.")
    other_id = pair.second_id if keep_id == pair.first_id else pair.first_id
    both = {one.pk: one for one in Service.objects.select_for_update(of=("self",)).filter(pk__in=(keep_id, other_id))}
    kept, joined = both[keep_id], both[other_id]
    _check(kept, joined, taken)
    before = {}
    for name in sorted(taken):
        choice = fields.BY_NAME[name]
        before[name] = fields.snapshot(kept, choice) | {"hand": _hand(kept, choice)}
        fields.take(choice, into=kept, out_of=joined)
        FieldSource.objects.filter(service=kept, field__in=choice.held).delete()
        FieldSource.objects.bulk_create(
            FieldSource(service=kept, field=field, set_at=at, set_by=by.pk, taken_from=joined) for field in choice.held
        )
    _save(kept, taken, at)
    joined.joined_into, joined.changed_at = kept, at
    joined.save(update_fields=["joined_into", "changed_at"])
    _decide(pair, "joined", by, at)
    joining = Joining.objects.create(kept=kept, joined=joined, at=at, by=by.pk, before=_json(before))
    audit.record("directory.joined", about=kept, by=by, at=at)
    entry_changed([kept.pk])
    return joining


@transaction.atomic
def keep_apart(*, duplicate_id: int, by: Membership, at: datetime) -> Duplicate:
    """Say that two entries are not the same; they are never proposed again."""
    pair = _pair(duplicate_id)
    _decide(pair, "different", by, at)
    audit.record("directory.kept_apart", about=pair.first, by=by, at=at)
    return pair


@transaction.atomic
def undo_joining(*, joining_id: int, by: Membership, at: datetime) -> Joining:
    """Take two entries apart: every field that was taken is as it was before, and both are read anew."""
    joining = Joining.objects.select_for_update().filter(pk=joining_id, undone_at=None).first()
    if joining is None:
        if not Joining.objects.filter(pk=joining_id).exists():
            raise NotVisible
        raise AnswerRefused("These entries have been taken apart already.")
    both = {
        one.pk: one
        for one in Service.objects.select_for_update(of=("self",)).filter(pk__in=(joining.kept_id, joining.joined_id))
    }
    kept, joined = both[joining.kept_id], both[joining.joined_id]
    for name, held in joining.before.items():
        choice = fields.BY_NAME[name]
        fields.give_back(choice, held, kept)
        FieldSource.objects.filter(service=kept, field__in=choice.held, taken_from=joined).delete()
        FieldSource.objects.bulk_create(FieldSource(service=kept, **_hand_of(one)) for one in held["hand"])
    kept.record_hash = None  # what its source said meanwhile comes with the next reading
    _save(kept, joining.before, at, "record_hash")
    joined.joined_into, joined.changed_at = None, at
    joined.save(update_fields=["joined_into", "changed_at"])
    joining.undone_at, joining.undone_by = at, by.pk
    joining.save(update_fields=["undone_at", "undone_by"])
    first, second = sorted((kept.pk, joined.pk))
    Duplicate.objects.filter(first=first, second=second).update(state="waiting", decided_at=None, decided_by=None)
    audit.record("directory.taken_apart", about=kept, by=by, at=at)
    entry_changed([kept.pk, joined.pk])
    return joining


def _pair(duplicate_id: int) -> Duplicate:
    pair = Duplicate.objects.select_for_update(of=("self",)).filter(pk=duplicate_id, state="waiting").first()
    if pair is None:
        raise AnswerRefused("Somebody has decided about these two already.")
    return pair


def _check(kept: Service, joined: Service, taken: Collection[str]) -> None:
    if kept.joined_into_id or joined.joined_into_id:
        raise AnswerRefused("One of these is joined into another entry already.")
    if joined.joined.exists():
        raise AnswerRefused(f"Others are joined into {joined.name}: keep that one, or take those apart first.")
    if kept.is_undisclosed != joined.is_undisclosed:
        raise AnswerRefused("The address of one of these is not given out. They can only be joined if both are alike.")
    if kept.is_undisclosed and "places" in taken:
        raise AnswerRefused("The address is not given out: leave the place as it is.")


def _decide(pair: Duplicate, state: str, by: Membership, at: datetime) -> None:
    pair.state, pair.decided_at, pair.decided_by = state, at, by.pk
    pair.save(update_fields=["state", "decided_at", "decided_by"])


def _save(kept: Service, names: Collection[str], at: datetime, *more: str) -> None:
    kept.changed_at = at
    columns = [column for name in names for column in fields.BY_NAME[name].columns]
    kept.save(update_fields=[*columns, *more, "changed_at"])
    derive.refresh_search([kept.pk])


def _hand(service: Service, choice: fields.Choice) -> list[dict[str, Any]]:
    held = FieldSource.objects.filter(service=service, field__in=choice.held).order_by("pk")
    return list(held.values(*_HAND, "taken_from_id"))


def _hand_of(row: dict[str, Any]) -> dict[str, Any]:
    names = {field.attname: field for field in FieldSource._meta.concrete_fields}
    return {name: value if name == "said" else names[name].to_python(value) for name, value in row.items()}


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
