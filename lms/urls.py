"""Define the addresses of the site. The middleware `operations.health` answers /healthz and /readyz."""

from allauth.account.decorators import secure_admin_login
from allauth.headless.account.views import ManageEmailView
from allauth.headless.constants import Client as HeadlessClient
from django.contrib import admin
from django.urls import include, path

from accounts.sign_in.password_keys import ResetPasswordView
from announcements import staff_pages
from common.api.routing import route
from common.pages import problem_list
from common.pages.errors import no_such_address
from lms import deep_links, style_guide
from lms.admin_addresses import get_addresses
from lms.admin_navigation import once_for_each_request, view_on_site
from lms.openapi import page

handler400 = "common.pages.errors.bad_request"
handler403 = "common.pages.errors.permission_denied"
handler404 = "common.pages.errors.not_found"
handler429 = "common.pages.errors.too_many_requests"  # allauth's, for its rate limits
handler500 = "common.pages.errors.server_error"

# The admin uses the site's sign-in, with its rate limits and second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.get_app_list = once_for_each_request(admin.site.get_app_list)  # type: ignore[method-assign]

# Django tries them in order, so the most requested come first.
urlpatterns = [
    path("api/v1/", include("lms.api_urls")),
    route("api/docs", page.docs, "api-docs"),
    path("", include("courses.urls")),
    path("", include("quizzes.urls")),
    path("", include("lesson_checks.urls")),
    path("", include("practice.urls")),
    path("courses/", include("announcements.students.urls")),
    path("courses/", include("reports.student_urls")),
    path("attempts/", include("appeals.student_urls")),
    path("search/", include("search.urls")),
    path("", include("notes.urls")),
    path("", include("discussions.urls")),
    path("calendar/", include("calendars.urls")),
    path("", include("offline.urls")),
    path("courses/", include("certificates.student_urls")),
    path("certificates/", include("certificates.urls")),
    path("notifications/", include("accounts.messages.urls")),
    path("notifications/devices/", include("push.urls")),
    path("summaries/", include("mails.own.urls")),
    path("bounces/", include("mails.bounces.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    # No account has a phone number, nobody signs in by a code in a mail, and nothing refreshes a token: it is a session. allauth
    # includes these addresses all the same, and some methods of them raise errors.
    *(
        path(f"_allauth/app/v1/{address}", no_such_address)
        for address in (
            "account/phone",
            "auth/phone/verify",
            "auth/phone/verify/resend",
            "auth/code/confirm",
            "tokens/refresh",
        )
    ),
    # `me/address` of the API changes the address. allauth's own change empties `User.email` until the new one is confirmed.
    path(
        "_allauth/app/v1/account/email",
        ManageEmailView.as_api_view(client=HeadlessClient.APP, http_method_names=["get", "options"]),
    ),
    path("_allauth/app/v1/auth/password/reset", ResetPasswordView.as_api_view(client=HeadlessClient.APP)),
    path("_allauth/", include("allauth.headless.urls")),
    path("inbox/", include("common.mail.inbox.urls")),
    path("styleguide/", style_guide.style_guide, name="style-guide"),
    path(".well-known/apple-app-site-association", deep_links.apple_app_site_association, name="apple-apps"),
    path(".well-known/assetlinks.json", deep_links.asset_links, name="android-apps"),
    path("problems/", problem_list.problem_list, name="problem-list"),
    path("problems/<slug:slug>", problem_list.problem_detail, name="problem-detail"),
    path("admin/workspace/", include("exchange.urls")),
    path("admin/workspace/<slug:slug>/preview/announcements/", staff_pages.previewed),
    path("admin/workspace/", include("workspace.urls")),
    path("admin/review/", include("review.urls")),
    path("admin/analysis/", include("analysis.urls")),
    path("admin/reports/", include("reports.urls")),
    path("admin/mails/", include("mails.staff_urls")),
    path("admin/overview/", include("overview.urls")),
    path("admin/announcements/", include("announcements.staff_urls")),
    path("admin/discussions/", include("discussions.staff_urls")),
    path("admin/appeals/", include("appeals.staff_urls")),
    path("admin/certificates/", include("certificates.staff_urls")),
    # Before the admin's own address of the same name, which redirects to rows of every course.
    path("admin/r/<path:content_type_id>/<path:object_id>/", admin.site.admin_view(view_on_site)),
    path("admin/", get_addresses()),
]
