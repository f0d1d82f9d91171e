"""The directory, as staff see it."""

from django.urls import path

from linkwell.web.directory import remarks, views

app_name = "directory"
urlpatterns = [
    path("directory/", views.listing, name="list"),
    path("directory/<int:service_id>/", views.service, name="service"),
    path("directory/<int:service_id>/status/", views.status, name="status"),
    path("directory/<int:service_id>/confirm/", views.confirm, name="confirm"),
    path("directory/<int:service_id>/remarks/", views.remark, name="remark"),
    path("directory/<int:service_id>/address/", views.address, name="address"),
    path("directory/remarks/<int:remark_id>/", remarks.edit, name="edit_remark"),
    path("directory/remarks/<int:remark_id>/withdraw/", remarks.withdraw, name="withdraw_remark"),
]
