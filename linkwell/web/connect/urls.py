"""Refer on, or tell about; and what becomes of it."""

from django.urls import path

from linkwell.web.connect import steps, views

app_name = "connect"
urlpatterns = [
    path("people/<int:person_id>/refer/<int:service_id>/", views.refer, name="refer"),
    path("people/<int:person_id>/tell/<int:service_id>/", views.signpost, name="signpost"),
    path("people/<int:person_id>/keep/<int:service_id>/", views.keep, name="keep"),
    path("connections/<int:connection_id>/", steps.connection, name="connection"),
    path("connections/<int:connection_id>/print/", steps.printed, name="print"),
    path("connections/<int:connection_id>/answer/", steps.answer, name="answer"),
    path("connections/<int:connection_id>/told/", steps.settle, name="settle"),
    path("connections/<int:connection_id>/first-time/", steps.first_time, name="first_time"),
    path("connections/<int:connection_id>/going/", steps.going, name="going"),
    path("connections/<int:connection_id>/said-no/", steps.said_no, name="said_no"),
    path("connections/<int:connection_id>/end/", steps.end, name="end"),
    path("connections/<int:connection_id>/withdraw/", steps.withdraw, name="withdraw"),
]
