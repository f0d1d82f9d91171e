"""How the feed tells anything: nothing empty, addresses that every reader takes for one, ids made of contents."""

from collections import Counter
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from linkwell.interop import cleaning

Told = dict[str, Any]


class Ids:
    """Ids of what hangs on one entry, made of what it says: the same tomorrow, whatever stands beside it."""

    def __init__(self, owner: UUID) -> None:
        self.owner, self.met = owner, Counter[str]()

    def of(self, kind: str, *content: object) -> str:
        name = f"{kind}:{'|'.join(str(one) for one in content)}"
        self.met[name] += 1
        return str(uuid5(self.owner, name if self.met[name] == 1 else f"{name}#{self.met[name]}"))


def told(**values: Any) -> Told:
    """Return what has a value: nothing is told by null, an empty text or an empty list."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], {}, ())}


def web(address: str) -> str:
    """Return a web address that every reader takes for one, or ""."""
    found = cleaning.url(address).value if address else None
    return quote(found, safe="%/:=&?~#+!$,;'@()*[]") if found else ""


def mail(address: str) -> str:
    """Return an e-mail address that every reader takes for one, or ""."""
    return (cleaning.email(address).value or "") if address else ""
