"""Who must hear that a message did not go: rooms above register for their own templates.

`listeners.when_stopped("organisation_referral", function)` in an AppConfig; the function is called
inside the transaction in which the message is held or given up.
"""

from collections.abc import Callable
from datetime import datetime

from linkwell.messages.models import Message

Listener = Callable[[Message, datetime], None]
_listeners: dict[str, Listener] = {}


def when_stopped(template: str, function: Listener) -> None:
    """Call `function(message, at)` whenever a message of this template is held or given up."""
    _listeners[template] = function


def stopped(message: Message, at: datetime) -> None:
    """Tell whoever registered for this message's template."""
    if message.template in _listeners:
        _listeners[message.template](message, at)
