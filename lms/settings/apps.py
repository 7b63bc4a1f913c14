"""List the installed apps and the middleware, and configure templates."""

from typing import Any

from lms.settings.environment import BAEUM_ROLE, BASE_DIR

INSTALLED_APPS = [
    "modeltranslation",
    "unfold",
    # A worker has no admin. Without it a worker needs a third less memory.
    "django.contrib.admin" if BAEUM_ROLE != "worker" else "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "django_structlog",
    "common",
    "accounts",
    "courses",
    "rosters",
    "quizzes",
    "practice",
    "lesson_checks",
    "course_files",
    "exchange",
    "workspace",
    "review",
    "analysis",
    "reports",
    "announcements",
    "overview",
    "appeals",
    "search",
    "mails",
    "certificates",
    "goals",
    "notes",
    "discussions",
    "calendars",
    "bundles",
    "offline",
    "push",
    "sync",
    "uploads",
    "answering",
    "operations",
]

MIDDLEWARE = [
    "operations.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "common.api.cors.CorsMiddleware",
    "common.pages.headers.HeadersMiddleware",
    "common.pages.compression.CompressionMiddleware",
    "common.pages.compression.StaticFilesMiddleware",
    "common.pages.csp.CSPMiddleware",
    # Requests of apps leave this list here and go through APP_MIDDLEWARE.
    "lms.middleware.AppMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lms.middleware.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "offline.readers.ReaderMiddleware",
    "accounts.audit.middleware.AuditMiddleware",
    "accounts.middleware.UserLanguageMiddleware",
    # Its page knows who reads it. No view is looked for, so that no form is missed in the empty body.
    "operations.web.middleware.RefusedBodyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.sign_in.interrupted.InterruptedFormMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.HeadlessMiddleware",
    "accounts.middleware.StaffAuthenticatorMiddleware",
    "lms.middleware.RequestMiddleware",
]
# What a request of the API without a session cookie goes through after the first part of MIDDLEWARE.
APP_MIDDLEWARE = [
    "lms.middleware.LocaleMiddleware",
    "operations.web.middleware.RefusedBodyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.audit.middleware.AuditMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lms.middleware.RequestMiddleware",
]

ROOT_URLCONF = "lms.urls"
WSGI_APPLICATION = "lms.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "common.pages.template_loader.CachedLoader",
                    ["common.pages.template_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": ["common.templatetags.addresses"],
            "libraries": {"cache": "common.templatetags.fragments", "i18n": "common.templatetags.translations"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "common.pages.context.site",
                "offline.readers.reader",
            ],
        },
    }
]
# `cache` and `i18n` of our templates are ours on purpose: see docs/decisions/0041.
SILENCED_SYSTEM_CHECKS = ["templates.W003"]
# The theme of the admin (django-unfold).
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Baeum",
    "SITE_HEADER": "Baeum",
    "SITE_SYMBOL": "school",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "lms.admin_navigation.icon"}],
    "STYLES": ["lms.admin_navigation.style"],
    "SCRIPTS": ["lms.admin_navigation.script"],
    "DASHBOARD_CALLBACK": "overview.home.add_home",
    "SIDEBAR": {"show_search": True, "navigation": "lms.admin_navigation.groups"},
}
