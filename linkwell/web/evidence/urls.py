"""Is it helping?"""

from django.urls import path

from linkwell.web.evidence import views

app_name = "evidence"
urlpatterns = [
    path("", views.report, name="report"),
    path("quarters/<slug:period>/", views.report, name="quarter"),
    path("files/<slug:period>.csv", views.file, name="file"),
    path("definitions/", views.definitions, name="definitions"),
]
