"""A directory editor's desk in the demo: who keeps the directory, a group with an account, and changes that wait.

Made through the same actions as on the pages, after the generator's rows are there.
"""

from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from linkwell.demo.generate.team import DOMAIN
from linkwell.directory.actions import report_public
from linkwell.directory.editing import keeping, moderation
from linkwell.directory.models import Organisation, Service
from linkwell.team.access import DIR, VOA
from linkwell.team.models import Account, Membership

HANDED_OUT = "!"  # Django's mark of a password that never fits
TOLD = (("closed", "The shutters were down at 2pm on Tuesday."), ("wrong", "It is on Thursdays now."), ("full", ""))
PAPERS = (("insurance", 300, 65), ("safeguarding", 420, -55), ("dbs", 40, None))


def add_desk(*, scheme_id: int, last_day: date) -> None:
    """Add both accounts, what the group suggests, what visitors tell, and papers: one of them past its day."""
    at = timezone.make_aware(datetime.combine(last_day - timedelta(days=1), time(15, 20)))
    editor = _member("Dina Farrow", DIR, "Directory editor", scheme_id, last_day)
    service = _a_used_group()
    if service is None or service.organisation is None:
        return
    group = service.organisation
    account = _member("Jo Carver", VOA, f"Organiser, {group.name}"[:120], scheme_id, last_day, organisation=group)
    moderation.suggest_changes(
        service_id=service.pk, origin="organisation", by=account, at=at, reason="The hall gave us another hour.",
        fields={"times": "Tuesday 10:00 to 13:00, every week", "who_greets": "Jo, in the green apron"},
    )  # fmt: skip
    moderation.suggest_changes(
        service_id=service.pk, origin="public", by=None, at=at,
        fields={"note": "The side door is the one that is open; the front is locked on weekdays."},
    )  # fmt: skip
    for other, (kind, note) in zip(_others(service), TOLD, strict=False):
        report_public(public_id=other.public_id, kind=kind, note=note, at=at)
    for kind, days_ago, holds in PAPERS:
        checked = last_day - timedelta(days=days_ago)
        until = None if holds is None else last_day + timedelta(days=holds)
        keeping.record_check(
            organisation_id=group.pk, kind=kind, checked_on=checked, valid_until=until, by=editor, at=at
        )


def _a_used_group() -> Service | None:
    """Return an entry of a voluntary group whose people take referrals."""
    groups = Organisation.objects.filter(kind="voluntary").exclude(referral_email="")
    rows = Service.objects.select_related("organisation").filter(organisation__in=groups, listing="listed")
    return rows.filter(operating="open", is_undisclosed=False).order_by("pk").first()


def _others(group: Service) -> QuerySet[Service]:
    """Return entries of other groups, for visitors to tell of: these then stand on the list of whom to ring."""
    rows = Service.objects.filter(
        listing="listed", operating="open", is_undisclosed=False, organisation__kind="voluntary"
    )
    return rows.exclude(organisation_id=group.organisation_id).order_by("-pk")[: len(TOLD)]


def _member(
    name: str, role: str, title: str, scheme_id: int, last_day: date, *, organisation: Organisation | None = None
) -> Membership:
    account = Account.objects.create(
        email=f"{name.lower().replace(' ', '.')}@{DOMAIN}", name=name, is_demo=True, password=HANDED_OUT
    )
    began = last_day - timedelta(days=365)
    made: Membership = Membership.objects.create(
        account=account, scheme_id=scheme_id, role=role, job_title=title, began_on=began, organisation=organisation
    )
    return made
