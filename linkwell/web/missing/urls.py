"""What is missing for one person."""

from django.urls import path

from linkwell.web.missing import views

app_name = "missing"
urlpatterns = [
    path("people/<int:person_id>/missing/", views.person, name="person"),
    path("people/<int:person_id>/missing/from-plan/", views.from_plan, name="from_plan"),
    path("people/<int:person_id>/missing/<int:unmet_need_id>/", views.change, name="change"),
    path("people/<int:person_id>/missing/<int:unmet_need_id>/withdraw/", views.withdraw, name="withdraw"),
]
