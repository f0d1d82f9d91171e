"""The plan."""

from django.urls import path

from linkwell.web.plan import views

app_name = "plan"
urlpatterns = [
    path("people/<int:person_id>/plan/", views.plan, name="plan"),
    path("people/<int:person_id>/plan/print/", views.printed, name="print"),
    path("people/<int:person_id>/plan/strengths/", views.strength, name="strength"),
    path("people/<int:person_id>/plan/strengths/<int:strength_id>/remove/", views.remove, name="remove_strength"),
    path("people/<int:person_id>/plan/goals/<int:goal_id>/", views.goal, name="goal"),
    path("people/<int:person_id>/plan/goals/<int:goal_id>/actions/", views.new_action, name="action"),
    path("people/<int:person_id>/plan/actions/<int:action_id>/", views.action_status, name="action_status"),
    path("people/<int:person_id>/plan/agree/", views.agree, name="agree"),
]
