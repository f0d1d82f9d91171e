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
    path("", include("linkwell.web.missing.urls")),
    path("", include("linkwell.web.editing.urls")),
    path("organisation/", include("linkwell.web.organisation.urls")),
    path("directory/spreadsheets/", include("linkwell.web.directory_mapping.urls")),
    path("", include("linkwell.web.calls.urls")),
    path("", include("linkwell.web.directory.urls")),
    path("", include("linkwell.web.suits.urls")),
    path("directory/sources/", include("linkwell.web.sources.urls")),
    path("", include("linkwell.web.manual.urls")),
    path("find-help/", include("linkwell.web.public.urls")),
    path("", include("linkwell.web.connect.urls")),
    path("r/", include("linkwell.web.reply.urls")),
    path("", include("linkwell.web.confirming.urls")),
    path("outbox/", include("linkwell.web.outbox.urls")),
    path("demo/mail/", include("linkwell.web.outbox.demo_urls")),
    path("demo/", include("linkwell.web.demo.urls")),
    path("measures/", include("linkwell.web.measures.urls")),
    path("", include("linkwell.web.looked.urls")),
    path("manage/", include("linkwell.web.manage.urls")),
    path("evidence/", include("linkwell.web.evidence.urls")),
    path("missing-here/", include("linkwell.web.gaps.urls")),
    path("open-referral/", include("linkwell.web.feed.urls")),
]
