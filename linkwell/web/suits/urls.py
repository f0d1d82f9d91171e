"""Whom would it suit?"""

from django.urls import path

from linkwell.web.suits import views

app_name = "suits"
urlpatterns = [
    path("directory/<int:service_id>/suits/", views.service, name="service"),
]
