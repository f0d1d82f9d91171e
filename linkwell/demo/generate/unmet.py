"""One need for which nothing fitted, as a row."""

from datetime import datetime
from typing import Any

from linkwell.demo.generate.data import read

# The reason of each phrase "gap", in their order
_REASONS = ("time", "full", "access", "cost", "mode", "closed", "other")


def unmet(
    need: str, outcode: str, said: str, *, episode: int, at: datetime, by: int, reason: str = "",
    kept_out: dict[str, int] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the columns of an unmet need; without a reason, that of the phrase."""
    known = dict(zip(read("phrases.toml")["gap"], _REASONS, strict=True))
    return {
        "episode_id": episode, "code": need, "limits": {"reach_metres": 3000}, "outcode": outcode, "what_failed": said,
        "main_reason": reason or known.get(said, "other"), "kept_out": kept_out or {}, "origin": "search", "at": at,
        "by_id": by,
    }  # fmt: skip
