"""Settings of the test suite: plain static files, fast password hashes, no pool."""

import os

os.environ.setdefault("LINKWELL_SECRET_KEY", "a-key-for-tests-only")
os.environ.setdefault("DATABASE_URL", "postgresql:///linkwell")

from linkwell.config.settings import *  # noqa: E402, F403
from linkwell.config.settings import DATABASES, STORAGES

DATABASES["default"]["OPTIONS"].pop("pool")
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LINKWELL_STRICT_TEMPLATES = True  # a name that a template misspells fails its test
AUDIT_HEADS = ""  # a test that tells a second place names a folder of its own
MFA_TOTP_TOLERANCE = 1  # or a test would fail that types its code at the end of a half minute
FEED_LIST_SECONDS = 0  # a list of the feed is read anew each time
LINKWELL_OWN_WORDS = "off"  # where it is on, a test says so
LINKWELL_SEARCH_INDEX = False  # the database answers searches, but where a test asks for the fixture `search_index`
