"""Is what we say of you still right?"""

from django.urls import path

from linkwell.web.confirming import views

app_name = "confirming"
urlpatterns = [
    path("e/<str:secret>/", views.entries, name="entries"),
    path("e/<str:secret>/stop/", views.stop, name="stop"),
    path("texts/in/", views.text_in, name="text_in"),
]
