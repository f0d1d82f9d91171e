"""The pages without an account; their addresses name no topic."""

from django.urls import path

from linkwell.web.public import telling, views

app_name = "public"
urlpatterns = [
    path("", views.search, name="search"),
    path("look/", views.look, name="look"),
    path("thank-you/", telling.thanks, name="thanks"),
    path("s/<uuid:public_id>/", views.service, name="service"),
    path("s/<uuid:public_id>/print/", views.print_page, name="print"),
    path("s/<uuid:public_id>/tell/", telling.tell, name="tell"),
    path("s/<uuid:public_id>/change/", telling.change, name="change"),
]
