"""The pages, one folder per journey."""

from django.urls import include, path

from linkwell.web.health import healthz

urlpatterns = [
    path("", include("linkwell.web.signin.urls")),
    path("more/", include("linkwell.web.more.urls")),
    path("team/", include("linkwell.web.team.urls")),
    path("healthz", healthz, name="healthz"),
    path("today/", include("linkwell.web.today.urls")),
    path("", include("linkwell.web.people.urls")),
    path("refer/", include("linkwell.web.refer.urls")),
    path("referrals/", include("linkwell.web.referrals.urls")),
    path("people/conversation/", include("linkwell.web.conversation.urls")),
    path("", include("linkwell.web.plan.urls")),
    path("", include("linkwell.web.review.urls")),
    path("", include("linkwell.web.ending.urls")),
    path("", include("linkwell.web.find.urls")),
    path("measures/", include("linkwell.web.measures.urls")),
]
