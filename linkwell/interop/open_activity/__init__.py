"""OpenActive: feeds of sessions (RPDE pages) → services with dated times, beside standing services."""

from linkwell.interop.open_activity.reader import ActivityReader, open_activities

__all__ = ["ActivityReader", "open_activities"]
