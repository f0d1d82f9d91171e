"""Open Referral UK 1.0 and 3.0 and HSDS 1.x to 3.x: JSON or tables in, checked records out, by one mapper."""

from linkwell.interop.open_referral.reader import FeedReader, open_feed
from linkwell.interop.open_referral.remote import open_address

__all__ = ["FeedReader", "open_address", "open_feed"]
