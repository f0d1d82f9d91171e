"""Episodes in reach, Today, the caseload, the person's record and the plan."""

from linkwell.support.queries.caseload import CaseloadLine, caseload
from linkwell.support.queries.episodes import Progress, current_episode, progress, visible_episode, visible_episodes
from linkwell.support.queries.needs import NeedLine, needs_of
from linkwell.support.queries.plan import Agreed, Plan, PlanAction, PlanGoal, plan, plan_content
from linkwell.support.queries.record import SHOWN_IN_TIMELINE, Record, TimelineItem, about_me, record
from linkwell.support.queries.today import Today, TodayRow, today

__all__ = [
    "Agreed",
    "CaseloadLine",
    "NeedLine",
    "Plan",
    "PlanAction",
    "PlanGoal",
    "Progress",
    "Record",
    "SHOWN_IN_TIMELINE",
    "TimelineItem",
    "Today",
    "TodayRow",
    "about_me",
    "caseload",
    "current_episode",
    "needs_of",
    "plan",
    "plan_content",
    "progress",
    "record",
    "today",
    "visible_episode",
    "visible_episodes",
]
