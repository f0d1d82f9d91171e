"""An account's own pages."""

from django.urls import path

from linkwell.web.more import views

app_name = "more"
urlpatterns = [
    path("", views.more, name="more"),
    path("where/", views.choose, name="choose"),
    path("where/<int:membership_id>/", views.work_here, name="work_here"),
    path("invitation/", views.invitation, name="invitation"),
]
