"""Refusals about schemes, members and invitations, in plain words."""

from datetime import date

from linkwell.common.dates import british
from linkwell.common.errors import DomainError


class DemoDatabase(DomainError):
    code = "demo_database"

    def __init__(self) -> None:
        super().__init__(
            "This database holds the demo scheme, and real people must not be kept beside made-up ones. "
            "Start an empty one: set LINKWELL_HOME to a new folder and run with DEMO=0."
        )


class NameMissing(DomainError):
    code = "name_missing"

    def __init__(self, what: str = "name") -> None:
        super().__init__(f"Enter a {what}.")


class NoSuchScheme(DomainError):
    code = "no_such_scheme"

    def __init__(self) -> None:
        super().__init__("There is no scheme of this name. Its name stands at the top of its pages.")


class NameTaken(DomainError):
    code = "name_taken"

    def __init__(self, *, what: str) -> None:
        super().__init__(f"There is a {what} of this name already. Choose another name.")


class CodeTaken(DomainError):
    code = "code_taken"

    def __init__(self) -> None:
        super().__init__("A practice with this code is in your list already.")


class NotAnAddress(DomainError):
    code = "not_an_address"

    def __init__(self) -> None:
        super().__init__("Enter an e-mail address in the correct format, like name@example.com.")


class NotYoursToGive(DomainError):
    code = "not_yours_to_give"

    def __init__(self) -> None:
        super().__init__("Your own role does not let you do this. Ask your scheme manager.")


class NotYourself(DomainError):
    code = "not_yourself"

    def __init__(self) -> None:
        super().__init__("You cannot change your own place. Ask another manager to do it.")


class SecondPersonNeeded(DomainError):
    code = "second_person_needed"

    def __init__(self) -> None:
        super().__init__("A second person must agree to this. Ask for it, and it waits on the Team page.")


class NotASecondPerson(DomainError):
    code = "not_a_second_person"

    def __init__(self) -> None:
        super().__init__("Somebody else must decide this: neither who asked for it, nor whom it is about.")


class ProposalOver(DomainError):
    code = "proposal_over"

    def __init__(self) -> None:
        super().__init__("This was decided meanwhile, ran out, or whoever asked for it may no longer ask.")


class AskedAlready(DomainError):
    code = "asked_already"

    def __init__(self) -> None:
        super().__init__("This waits for a second person already. See the Team page.")


class IdentityTaken(DomainError):
    code = "identity_taken"

    def __init__(self) -> None:
        super().__init__(
            "That outside sign-in opens another account here, or this account already has one. Nothing was changed."
        )


class OnlyWayIn(DomainError):
    code = "only_way_in"

    def __init__(self) -> None:
        super().__init__("This is the only way into your account, so it stays. Set a password first.")


class NoSecondStep(DomainError):
    code = "no_second_step"

    def __init__(self) -> None:
        super().__init__("They have no second step to reset: they set one up when they next sign in.")


class PlaceIncomplete(DomainError):
    code = "place_incomplete"


class AlreadyMember(DomainError):
    code = "already_member"

    def __init__(self) -> None:
        super().__init__("This person has that place in the scheme already.")


class InvitationOver(DomainError):
    code = "invitation_over"

    def __init__(self) -> None:
        super().__init__(
            "This invitation was used, withdrawn or ran out. Ask the person who invited you for a new one."
        )


class InvitedAddressHasAccount(DomainError):
    code = "invited_address_has_account"

    def __init__(self) -> None:
        super().__init__("You already have a sign-in with this address. Sign in to take up the invitation.")


class InvitationForSomeoneElse(DomainError):
    code = "invitation_for_someone_else"

    def __init__(self) -> None:
        super().__init__(
            "This invitation is for another e-mail address than the one you are signed in with. "
            "If you were invited, ask for an invitation to your own address."
        )


class PasswordTooWeak(DomainError):
    code = "password_too_weak"

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))


class LastManager(DomainError):
    code = "last_manager"

    def __init__(self) -> None:
        super().__init__("This is the scheme's only manager. Invite another manager first.")


class HasLeft(DomainError):
    code = "has_left"

    def __init__(self, *, left_on: date) -> None:
        super().__init__(f"This person left on {british(left_on)}.")


class DayInThePast(DomainError):
    code = "day_in_the_past"

    def __init__(self) -> None:
        super().__init__("Choose today or a later day: what was done until now was done as a member.")


class OutOfRange(DomainError):
    code = "out_of_range"


class LastProgramme(DomainError):
    code = "last_programme"

    def __init__(self) -> None:
        super().__init__("A scheme keeps at least one programme. Add another first.")
