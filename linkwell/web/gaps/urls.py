"""What is missing here?"""

from django.urls import path

from linkwell.web.gaps import views

app_name = "gaps"
urlpatterns = [
    path("", views.report, name="report"),
    path("file.csv", views.file, name="file"),
]
