"""Who should be rung about an entry; and how an entry is now, in one tap from where one stands."""

from django.urls import path

from linkwell.web.calls import views

app_name = "calls"
urlpatterns = [
    path("directory/calls/", views.calls, name="list"),
    path("directory/calls/<int:call_id>/", views.note, name="note"),
    path("directory/not-shown/", views.not_shown, name="not_shown"),
    path("directory/<int:service_id>/now/", views.now, name="now"),
    path("directory/<int:service_id>/break/", views.seasonal_break, name="break"),
]
