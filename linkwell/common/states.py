"""Tables of states and the steps between them; a table also draws itself for the manual."""

from collections.abc import Mapping
from dataclasses import dataclass

from linkwell.common.errors import TransitionRefused


@dataclass(frozen=True)
class StateTable:
    """Which state may follow which; `start` are the states that something may begin in."""

    name: str
    start: tuple[str, ...]
    steps: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]

    def check(self, was: str, now: str) -> None:
        """Raise TransitionRefused, in plain words, if `now` may not follow `was`."""
        if now in self.steps.get(was, ()):
            return
        label, wanted = self.labels[was].lower(), self.labels[now].lower()
        raise TransitionRefused(f"This {self.name} is “{label}”; it cannot become “{wanted}” from there.")

    def allows(self, was: str, now: str) -> bool:
        """Say whether `now` may follow `was`."""
        return now in self.steps.get(was, ())

    def diagram(self) -> str:
        """Return the table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {state}" for state in self.start)]
        lines += [f"    {was} --> {now}" for was, after in self.steps.items() for now in after]
        lines += [f"    {state} --> [*]" for state in self.labels if not self.steps.get(state)]
        return "\n".join(lines)
