"""What must be sent to whom, and how it stands."""

from django.urls import path

from linkwell.web.outbox import views

app_name = "outbox"
urlpatterns = [
    path("", views.outbox, name="list"),
    path("<int:message_id>/try-again/", views.try_again, name="try_again"),
]
