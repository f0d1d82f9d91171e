"""Asking a feed's server politely: once more after a pause where that may help, and never for long."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from linkwell.interop import errors
from linkwell.interop.fetching import Fetcher

TRIES = 3

Progress = Callable[[str, int], None]


def tell_nobody(what: str, done: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Asking:
    """Fetches bodies, with new tries. Tests give their own fetcher and a sleep that takes no time."""

    fetcher: Fetcher = field(default_factory=Fetcher)
    sleep: Callable[[float], None] | None = None

    def body(self, url: str, *, accept: str = "application/json") -> bytes:
        """Return what stands at an address; raise NotFetched where it cannot be had."""
        retrying = Retrying(
            stop=stop_after_attempt(TRIES), wait=wait_exponential(multiplier=0.5, max=20), reraise=True,
            retry=retry_if_exception(_may_pass), **({"sleep": self.sleep} if self.sleep else {}),
        )  # fmt: skip
        return retrying(self.fetcher.get, url, headers={"Accept": accept}).body


def _may_pass(fault: BaseException) -> bool:
    """Say whether trying again may help: not where the address itself is refused."""
    if isinstance(fault, errors.BadStatus):
        return fault.status == 429 or fault.status >= 500
    return isinstance(fault, errors.NotReached | errors.CutShort)
