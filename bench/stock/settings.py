"""The product's settings with stock parts in place of its own: Django's sessions and Django's templates."""

from linkwell.config.settings import *  # noqa: F403
from linkwell.config.settings import BASE

ROOT_URLCONF = "bench.stock.urls"
WSGI_APPLICATION = "bench.stock.wsgi.application"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SILENCED_SYSTEM_CHECKS = ["linkwell"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "bench" / "stock" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]
