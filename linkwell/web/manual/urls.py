"""Pages of the manual that hold the product's own numbers."""

from django.urls import path

from linkwell.web.manual import views

app_name = "manual"
urlpatterns = [path("manual/freshness/", views.freshness, name="freshness")]
