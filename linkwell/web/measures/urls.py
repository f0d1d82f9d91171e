"""The wellbeing questions: asking them, and how the answers have changed."""

from django.urls import path

from linkwell.web.measures import views

app_name = "measures"
urlpatterns = [
    path("<int:person_id>/", views.history, name="history"),
    path("<int:person_id>/<slug:occasion>/", views.ask, name="ask"),
]
