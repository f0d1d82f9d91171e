"""Open Referral UK 1.0 and 3.0 and HSDS 3.x: JSON in, checked records out. One lenient mapper reads them all."""

from linkwell.interop.open_referral.reader import FeedReader, open_feed
from linkwell.interop.open_referral.remote import open_address

__all__ = ["FeedReader", "open_address", "open_feed"]
