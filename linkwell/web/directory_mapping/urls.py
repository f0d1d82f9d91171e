"""The pages of a spreadsheet on its way into the directory."""

from django.urls import path

from linkwell.web.directory_mapping import views

app_name = "directory_mapping"
urlpatterns = [
    path("", views.start, name="start"),
    path("<int:upload_id>/", views.columns, name="columns"),
    path("<int:upload_id>/rows/", views.rows, name="rows"),
    path("<int:upload_id>/import/", views.take, name="take"),
    path("<int:upload_id>/remove/", views.remove, name="remove"),
]
