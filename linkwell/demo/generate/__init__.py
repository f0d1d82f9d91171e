"""The seeded generator of the demo scheme. It knows no database: seed and last day in, plain rows out."""

from datetime import date

from linkwell.demo.generate.directory import DirectoryBuilder
from linkwell.demo.generate.history import History
from linkwell.demo.generate.looks import add_looks
from linkwell.demo.generate.missing import add_missing
from linkwell.demo.generate.rows import DemoScheme, Rows
from linkwell.demo.generate.team import SCHEME_NAME, build_team, place_practices
from linkwell.demo.generate.today import add_today
from linkwell.demo.generate.town import build_town

__all__ = ["SCHEME_NAME", "DemoScheme", "generate"]


def generate(seed: int, last_day: date) -> DemoScheme:
    """Return a whole scheme with two years of history up to the day before `last_day`."""
    rows = Rows()
    spots = build_town(seed, rows)
    team = build_team(last_day, rows)
    place_practices(rows, team, spots)
    services = DirectoryBuilder(seed, last_day, rows, spots, team).build()
    history = History(seed, last_day, rows, spots, team, services)
    episodes = history.run()
    add_today(history, episodes, services)
    add_missing(history, episodes, services)
    add_looks(seed, last_day, rows, team)
    return DemoScheme(seed, last_day, rows.tables, history.ledger.truth(seed=seed, last_day=last_day))
