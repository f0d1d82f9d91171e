"""What the web server calls; nothing is served while a route, field or job lacks its declaration."""

import os

from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linkwell.config.settings")
application = get_wsgi_application()
if problems := [str(problem.msg) for problem in run_checks() if problem.is_serious()]:
    raise ImproperlyConfigured("Linkwell does not start. " + " ".join(problems))
