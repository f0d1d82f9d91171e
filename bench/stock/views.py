"""The caseload, longest silent first."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from linkwell.common.models import AuditEvent
from linkwell.common.scope import Scope, _current
from linkwell.referrals.queries import people_in_reach
from linkwell.support.models import Episode
from linkwell.team.models import Membership, Practice
from linkwell.web import words


@login_required
def people(request: HttpRequest) -> HttpResponse:
    on = timezone.localdate()
    member = Membership.objects.current(on).select_related("scheme", "account").filter(account=request.user).first()
    if member is None or member.role not in ("LW", "SUP"):
        raise Http404
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('linkwell.scheme_ids', %s, true)", [str(member.scheme_id)])
            cursor.execute("SELECT set_config('linkwell.scheme_id', %s, true)", [str(member.scheme_id)])
        token = _current.set(Scope((member.scheme_id,), member.scheme_id))
        try:
            response = _page(request, member, on)
            AuditEvent.objects.create(
                scheme_id=member.scheme_id, at=timezone.now(), event="person.list_read", membership_id=member.pk,
                role=member.role, route="people", request_id=None,
            )  # fmt: skip
        finally:
            _current.reset(token)
    return response


def _page(request: HttpRequest, member: Membership, on: date) -> HttpResponse:
    episodes = (
        Episode.objects.filter(scheme_id=member.scheme_id, ended_at=None, link_worker=member)
        .filter(person__in=people_in_reach(viewer=member, at=timezone.now()))
        .select_related("person__practice", "link_worker__account")
        .annotate(heard_at=Max("contacts__at", filter=Q(contacts__reached=True)))
        .order_by(F("heard_at").asc(nulls_first=True), "opened_at", "pk")
    )
    rows = list(episodes)
    for episode in rows:
        heard = episode.heard_at or episode.opened_at
        episode.silent_days = (on - heard.date()).days
        episode.silent = words.ago(episode.silent_days)
        episode.overdue = episode.next_step_on is not None and episode.next_step_on < on
    practices = Practice.objects.filter(scheme_id=member.scheme_id).order_by("name", "pk")
    return render(request, "people.html", {"episodes": rows, "practices": practices, "member": member, "on": on})
