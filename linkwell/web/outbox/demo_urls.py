"""The demo's mail page: each mail as it would have gone."""

from django.urls import path

from linkwell.web.outbox import demo

app_name = "demo_mail"
urlpatterns = [
    path("", demo.mails, name="list"),
    path("<int:message_id>/", demo.mail, name="mail"),
]
