"""Writing the plan together, agreeing it, printing it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from linkwell.common.errors import DomainError, NotVisible
from linkwell.connections.queries import of_episode
from linkwell.support import actions
from linkwell.support.queries import Plan, PlanGoal, about_me
from linkwell.support.queries import plan as working_plan
from linkwell.team.access import LW, SUP
from linkwell.web.calls.forms import NOW
from linkwell.web.forms import PageForm
from linkwell.web.people.header import Header, episode_and_header
from linkwell.web.plan.forms import ActionForm, AgreeForm, ChangeGoalForm, GoalForm, StrengthForm
from linkwell.web.policy import MemberRequest, route
from linkwell.web.render import render, succeeded


def _page(request: MemberRequest, person_id: int, **bound: PageForm) -> HttpResponse:
    """Show the plan with its forms; a bound form carries its errors."""
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=timezone.now())
    forms = {
        "goal_form": bound.get("goal_form") or GoalForm(prefix="goal"),
        "strength_form": bound.get("strength_form") or StrengthForm(prefix="strength"),
        "agree_form": bound.get("agree_form") or AgreeForm(prefix="agree"),
    }
    context = {"person": header, "plan": working_plan(episode=episode), "may_write": request.staff.role == LW, **forms}
    context["connections"] = of_episode(viewer=request.staff, episode_id=episode.pk, at=timezone.now())
    context["now_choices"] = NOW
    return render(request, "plan/plan.jinja", context)


def _try(form: PageForm, act: Callable[[], Any]) -> bool:
    """Run the act; a refusal goes onto the form. Return whether it was done."""
    try:
        act()
    except NotVisible:
        raise
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True


@require_http_methods(["GET", "POST"])
@route(roles={LW, SUP}, relation="caseload", audit="person.plan_read")
def plan(request: MemberRequest, person_id: int) -> HttpResponse:
    """Show the plan; a post adds a goal."""
    if request.method == "GET":
        return _page(request, person_id)
    if request.staff.role != LW:
        raise NotVisible
    form = GoalForm(request.POST, prefix="goal")
    now = timezone.now()
    episode, _header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    if form.is_valid() and _try(
        form, lambda: actions.add_goal(episode_id=episode.pk, by=request.staff, at=now, **form.cleaned_data)
    ):
        succeeded(request, _("The goal is in the plan. What will be done first, and by whom?"))
        return redirect("plan:plan", person_id)
    return _page(request, person_id, goal_form=form)


@require_POST
@route(roles={LW}, relation="caseload")
def strength(request: MemberRequest, person_id: int) -> HttpResponse:
    """Add a strength."""
    form = StrengthForm(request.POST, prefix="strength")
    now = timezone.now()
    episode, _header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    if form.is_valid() and _try(
        form, lambda: actions.add_strength(episode_id=episode.pk, by=request.staff, at=now, **form.cleaned_data)
    ):
        return redirect("plan:plan", person_id)
    return _page(request, person_id, strength_form=form)


@require_POST
@route(roles={LW}, relation="caseload")
def remove(request: MemberRequest, person_id: int, strength_id: int) -> HttpResponse:
    """Take a strength out of the plan."""
    _own(request, person_id, [pk for pk, _text in _working(request, person_id)[1].strengths], strength_id)
    actions.remove_strength(strength_id=strength_id, by=request.staff, at=timezone.now())
    return redirect("plan:plan", person_id)


def _working(request: MemberRequest, person_id: int) -> tuple[Header, Plan]:
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=timezone.now())
    return header, working_plan(episode=episode)


def _own(request: MemberRequest, person_id: int, ids: list[int], wanted: int) -> None:
    """Raise NotVisible unless the part named in the address belongs to this person's plan."""
    if wanted not in ids:
        raise NotVisible


def _goal_of(request: MemberRequest, person_id: int, goal_id: int) -> tuple[Header, PlanGoal]:
    header, shown = _working(request, person_id)
    goal = next((goal for goal in shown.goals if goal.goal_id == goal_id), None)
    if goal is None:
        raise NotVisible
    return header, goal


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.plan_read")
def goal(request: MemberRequest, person_id: int, goal_id: int) -> HttpResponse:
    """Change a goal's words, or say where it stands."""
    header, shown = _goal_of(request, person_id, goal_id)
    initial = {
        "text": shown.text,
        "importance": shown.importance,
        "confidence": shown.confidence,
        "status": shown.status,
    }
    form = ChangeGoalForm(request.POST or None, initial=initial)
    if form.is_valid() and _try(
        form,
        lambda: actions.change_goal(goal_id=goal_id, by=request.staff, at=timezone.now(), **form.cleaned_data),
    ):
        succeeded(request, _("The goal is changed. Agree the plan again when you are done."))
        return redirect("plan:plan", person_id)
    return render(request, "plan/goal.jinja", {"person": header, "goal": shown, "form": form})


@require_http_methods(["GET", "POST"])
@route(roles={LW}, relation="caseload", audit="person.plan_read")
def new_action(request: MemberRequest, person_id: int, goal_id: int) -> HttpResponse:
    """Say who does what, by when."""
    header, shown = _goal_of(request, person_id, goal_id)
    form = ActionForm(request.POST or None)
    if form.is_valid() and _try(
        form, lambda: actions.add_action(goal_id=goal_id, by=request.staff, at=timezone.now(), **form.cleaned_data)
    ):
        succeeded(request, _("It is in the plan."))
        return redirect("plan:plan", person_id)
    return render(request, "plan/action.jinja", {"person": header, "goal": shown, "form": form})


@require_POST
@route(roles={LW}, relation="caseload")
def action_status(request: MemberRequest, person_id: int, action_id: int) -> HttpResponse:
    """Tick an action off, drop it, or take that back."""
    shown = _working(request, person_id)[1]
    _own(request, person_id, [action.action_id for goal in shown.goals for action in goal.actions], action_id)
    status = request.POST.get("status", "")
    actions.change_action(action_id=action_id, status=status, by=request.staff, at=timezone.now())
    return redirect("plan:plan", person_id)


@require_POST
@route(roles={LW}, relation="caseload")
def agree(request: MemberRequest, person_id: int) -> HttpResponse:
    """Keep the plan as it stands as the version agreed with the person."""
    form = AgreeForm(request.POST, prefix="agree")
    now = timezone.now()
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=now)
    if form.is_valid() and _try(
        form, lambda: actions.agree_plan(episode_id=episode.pk, by=request.staff, at=now, **form.cleaned_data)
    ):
        succeeded(
            request,
            _("Agreed with %(name)s.") % {"name": header.name},
            next_label=_("Find what fits the plan"),
            next_url=f"/people/{person_id}/find/",
        )
        return redirect("plan:plan", person_id)
    return _page(request, person_id, agree_form=form)


@require_GET
@route(roles={LW, SUP}, relation="caseload", audit="person.plan_printed")
def printed(request: MemberRequest, person_id: int) -> HttpResponse:
    """The plan on paper, large if wished, in plain words."""
    episode, header = episode_and_header(viewer=request.staff, person_id=person_id, at=timezone.now())
    return render(
        request,
        "plan/print.jinja",
        {
            "person": header,
            "plan": working_plan(episode=episode),
            "about_me": about_me(person_id),
            "large": request.GET.get("size") == "large",
            "scheme_name": request.seat.scheme_name,
        },
    )
