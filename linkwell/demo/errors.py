"""Why the demo scheme is not loaded."""

from linkwell.common.errors import DomainError


class NotADemoDatabase(DomainError):
    code = "not_a_demo_database"

    def __init__(self) -> None:
        super().__init__(
            "This database holds a scheme, an account or people that the demo did not make, and made-up people must"
            " never stand beside real ones. Start with DEMO=0, or name an empty database or another LINKWELL_HOME."
        )


class AlreadyLoaded(DomainError):
    code = "demo_already_loaded"

    def __init__(self) -> None:
        super().__init__("The demo scheme is loaded already, and nothing was changed.")
