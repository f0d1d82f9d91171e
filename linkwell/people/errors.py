"""Refusals about persons."""

from linkwell.common.errors import DomainError


class NameMissing(DomainError):
    code = "name_missing"

    def __init__(self) -> None:
        super().__init__("Enter the person's first name and family name.")


class BornInTheFuture(DomainError):
    code = "born_in_the_future"

    def __init__(self) -> None:
        super().__init__("The date of birth must be in the past.")


class NotAHealthNumber(DomainError):
    code = "not_a_health_number"

    def __init__(self) -> None:
        super().__init__("An NHS number has 10 digits. Check it, or leave it empty and give the date of birth.")


class NoWayToReach(DomainError):
    code = "no_way_to_reach"

    def __init__(self) -> None:
        super().__init__("Give at least one way to reach the person: a phone number, an e-mail address or an address.")


class TooFewTraits(DomainError):
    code = "too_few_traits"

    def __init__(self) -> None:
        super().__init__("Enter at least two of: family name, date of birth, postcode. Or enter a whole reference.")


class NumberAlone(DomainError):
    code = "number_alone"

    def __init__(self) -> None:
        super().__init__("With an NHS number, also enter two of: family name, date of birth, postcode.")


class RiskUnclear(DomainError):
    code = "risk_unclear"

    def __init__(self) -> None:
        super().__init__("Say what the risk is, or choose “No known risks”.")


class ReasonMissing(DomainError):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Say why you are opening this record.")


class NothingToOpen(DomainError):
    code = "nothing_to_open"

    def __init__(self) -> None:
        super().__init__("No record can be opened with this reference. Check each sign, or ask your team lead.")


class SecondFactorNeeded(DomainError):
    code = "second_factor_needed"

    def __init__(self) -> None:
        super().__init__("Confirm it is you with your second factor before you open a restricted record.")
