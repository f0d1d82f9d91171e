"""What the web server calls for the stock page."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
