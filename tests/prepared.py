"""For tests that take a filter out: statements that were kept before hold it still."""

from unittest import mock

from linkwell.team.prepared import Prepared


def asked_anew():
    """Have every prepared query put together again for each question in the block."""
    return mock.patch.object(Prepared, "made", property(lambda _self: {}), create=True)
