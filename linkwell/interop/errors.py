"""Refusals of this room: a whole file that cannot be read."""

from linkwell.common.errors import DomainError


class CannotRead(DomainError):
    """The file as a whole is no feed; the sentence says what to do."""

    code = "cannot_read"


class NotFetched(DomainError):
    """An address that was not fetched, or whose answer was refused."""

    code = "not_fetched"


class NotAWebAddress(NotFetched):
    def __init__(self) -> None:
        super().__init__(
            "This is no web address that Linkwell fetches. Give one that begins with https:// or http://, with no"
            " name or password in it."
        )


class NotPublic(NotFetched):
    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} leads into a private network, where Linkwell fetches nothing. Ask the publisher for the public"
            " address of the feed."
        )


class NotReached(NotFetched):
    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} could not be reached, or broke off. Look whether the address is right, then try again."
        )


class TooManyRedirects(NotFetched):
    def __init__(self, most: int) -> None:
        super().__init__(f"The address led on more than {most} times. Give the address where the feed is in the end.")


class TooSlow(NotFetched):
    def __init__(self, seconds: float) -> None:
        super().__init__(f"The answer took longer than {seconds:g} seconds, so it was given up. Nothing was changed.")


class TooLarge(NotFetched):
    def __init__(self, most: int) -> None:
        super().__init__(f"The answer is larger than {most // 1024**2} MB, so it was given up. Nothing was changed.")


class TooDense(NotFetched):
    def __init__(self) -> None:
        super().__init__("The answer unpacks to far more than a feed does, so it was given up. Nothing was changed.")


class CutShort(NotFetched):
    def __init__(self) -> None:
        super().__init__("The answer broke off before its end. Nothing was changed; try again.")


class UnknownPacking(NotFetched):
    def __init__(self, encoding: str) -> None:
        super().__init__(
            f"The answer is packed in a way that was not asked for, or its packing ({encoding}) is broken."
        )


class BadStatus(NotFetched):
    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"The server of the feed answered with status {status} instead of the feed.")
