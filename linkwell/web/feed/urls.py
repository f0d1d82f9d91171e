"""The open feed. The standard writes its addresses without a slash at the end; one more does no harm."""

from django.urls import path, re_path

from linkwell.web.feed import files, views

app_name = "feed"
_LISTS = {
    "services": (views.services, views.service),
    "service_at_locations": (views.at_locations, views.at_location),
    "organizations": (views.organizations, views.organization),
    "taxonomies": (views.taxonomies, views.taxonomy),
    "taxonomy_terms": (views.terms, views.term),
}
urlpatterns = [
    path("", files.about, name="about"),
    path("v3/datapackage.zip", files.datapackage, name="datapackage"),
    path("v3/", views.root, name="root"),
    path("v3/openapi.json", views.openapi, name="openapi"),
    *(re_path(rf"^v3/{name}/?$", many, name=name) for name, (many, _) in _LISTS.items()),
    *(
        re_path(rf"^v3/{name}/(?P<entry>[^/]{{1,100}})/?$", one, name=f"{name}_one")
        for name, (_, one) in _LISTS.items()
    ),
]
