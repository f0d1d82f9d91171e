"""Where the work stands now."""

from django.urls import path

from linkwell.web.manage import views

app_name = "manage"
urlpatterns = [path("", views.overview, name="overview")]
