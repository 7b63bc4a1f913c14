"""Route the public pages of certificates."""

from django.urls import path

from certificates import public_pages

app_name = "certificates"

urlpatterns = [
    path("", public_pages.search, name="search"),
    path("issuer/did.json", public_pages.issuer, name="issuer"),
    path("revoked/<int:number>", public_pages.revoked, name="revoked"),
    path("<slug:code>/", public_pages.verify, name="verify"),
    path("<slug:code>/badge.jwt", public_pages.badge, name="badge"),
    path("<slug:code>/badge.svg", public_pages.picture, name="picture"),
]
