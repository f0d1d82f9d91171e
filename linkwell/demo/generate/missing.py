"""What is missing in the town: in the last closed quarter many found nothing in two parts of it; and a group opens."""

from datetime import date, timedelta

from linkwell.demo.generate.calendar import at, some_time
from linkwell.demo.generate.directory import ServiceRow
from linkwell.demo.generate.history import History
from linkwell.demo.generate.rows import Row, stream
from linkwell.demo.generate.support import Written
from linkwell.demo.generate.unmet import unmet

# need, outward code, what failed, its reason and the limit that kept services out
_SHORT = (
    ("loneliness", "ZZ4", "Evenings, within 3 km", "time", {"time": 3, "distance": 1}),
    ("low_mood", "ZZ2", "Within 3 km, without a waiting list", "full", {"full": 2}),
)
MOST = 28


def add_missing(history: History, episodes: list[Written], services: list[ServiceRow]) -> None:
    """Add unmet needs to the last closed quarter, and one group that opened two days ago."""
    for need, outcode, said, reason, kept_out in _SHORT:
        for written in _without(history, episodes, need, outcode)[:MOST]:
            episode = history.rows.get("support.Episode", written.row)
            moment = some_time(stream(history.seed, f"missing {written.row}"), _day_of(history, episode))
            row = unmet(
                need, outcode, said, episode=written.row, at=moment, by=episode["link_worker_id"], reason=reason,
                kept_out=kept_out,
            )  # fmt: skip
            history.rows.add("connections.UnmetNeed", **row)
    _open_a_group(history, services)


def last_closed_quarter(day: date) -> tuple[date, date]:
    """Return the first day of the last quarter that closed, and the day after its end."""
    ends = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    before = ends - timedelta(days=1)
    return date(before.year, 3 * ((before.month - 1) // 3) + 1, 1), ends


def _without(history: History, episodes: list[Written], need: str, outcode: str) -> list[Written]:
    """Return who lives there, has that need, and was supported in the last closed quarter."""
    began, ends = last_closed_quarter(history.last_day)
    held = {row["episode_id"] for row in history.rows.all("support.EpisodeNeed") if row["code"] == need}
    found = []
    for written in episodes:
        episode = history.rows.get("support.Episode", written.row)
        met, over = episode["first_conversation_at"], episode["ended_at"]
        there = written.journey.human.spot.area.outcode == outcode and written.row in held
        if there and met is not None and met.date() < ends - timedelta(days=7) and (not over or over.date() > began):
            found.append(written)
    return found


def _day_of(history: History, episode: Row) -> date:
    """Return a working day of the last closed quarter on which the person was being supported."""
    began, ends = last_closed_quarter(history.last_day)
    first = max(began, episode["first_conversation_at"].date() + timedelta(days=1))
    last = ends - timedelta(days=1)
    if episode["ended_at"] is not None:
        last = min(last, episode["ended_at"].date())
    return max(first, min(last, first + timedelta(days=stream(history.seed, f"day {episode['id']}").randrange(0, 40))))


def _open_a_group(history: History, services: list[ServiceRow]) -> None:
    """Let a group for lonely people begin to take people two days ago: one to which nobody was sent before."""
    rows = history.rows
    sent = {row["service_id"] for row in rows.all("connections.Connection")}
    fresh = [one for one in services if one.id not in sent and "loneliness" in one.needs and "in_person" in one.modes]
    fresh = [one for one in fresh if rows.get("directory.Service", one.id)["listing"] == "listed"]
    if not fresh:
        return
    moment = at(history.last_day - timedelta(days=2), 11, 20)
    rows.get("directory.Service", fresh[0].id).update(
        operating="open", operating_note="", operating_since=None, wait_weeks=None, changed_at=moment,
        confirmed_at=moment, confirmed_by="worker",
    )  # fmt: skip
    rows.add(
        "directory.Verification", service_id=fresh[0].id, at=moment, who="worker", how="phone", found="right",
        by_id=history.team.workers[0].id, note="They start next week and would like people",
    )  # fmt: skip
