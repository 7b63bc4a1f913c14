"""Configure the REST API and its description."""

import re
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from lms.settings.environment import env

# Requests in a minute: of one person, and of one network address without a valid token. 0: no limit.
API_RATE = env.int("BAEUM_API_RATE", default=6000)
API_ANONYMOUS_RATE = env.int("BAEUM_API_ANONYMOUS_RATE", default=600)
# How often programs may read calendars in a minute: those of one person, and without a known address from one network address.
CALENDAR_RATE = env.int("BAEUM_CALENDAR_RATE", default=30)

# The oldest versions of apps that may use the API, by the name of the app: `ios/2.3.1,android/2.4`. They send X-Client-Version.
API_MIN_CLIENTS: dict[str, str] = {}
for _written in env.list("BAEUM_MIN_CLIENTS", default=[]):
    _name, _slash, _version = _written.strip().lower().partition("/")
    if not re.fullmatch(r"[a-z][\w.-]*", _name) or not re.fullmatch(r"\d{1,9}(\.\d{1,9}){0,3}", _version):
        raise ImproperlyConfigured(f"BAEUM_MIN_CLIENTS contains {_written!r}; an entry is like ios/2.3.1.")
    API_MIN_CLIENTS[_name] = _version
# Origins of web apps on other sites that may use the API. Without one, browsers let no other site read an answer.
CORS_ORIGINS = [origin.strip() for origin in env.list("BAEUM_CORS_ORIGINS", default=[]) if origin.strip()]
for _origin in CORS_ORIGINS:
    if not re.fullmatch(r"https?://[^/\s*?#@]+", _origin):
        raise ImproperlyConfigured(f"BAEUM_CORS_ORIGINS contains {_origin!r}; an origin is like https://app.example.")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.sign_in.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    # JSON only: DRF's form renderer would show everything that a serializer accepts, including answer keys.
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsing.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.api.parsing.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "common.api.operations.OperationSchema",
    "EXCEPTION_HANDLER": "common.api.problems.problem_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Baeum API",
    "VERSION": "1",
    "DESCRIPTION": (
        "Everything that an app for students needs: courses, lessons, quizzes, attempts, results, progress.\n\n"
        'Sign in with `POST /_allauth/app/v1/auth/login` and the body `{"email": …, "password": …}`; send '
        "`meta.session_token` of its answer as the header `X-Session-Token`. `DELETE /api/v1/session` signs out.\n\n"
        "Texts are in the language that `Accept-Language` asks for (`ko`, `en`), else in the account's. Times are in "
        "UTC. Percentages are whole and rounded down; points are decimal strings.\n\n"
        "Refusals are RFC 9457 documents, `application/problem+json`, with a stable `type`."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    # What a PATCH may leave out is what its serializer does not require.
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "GET_LIB_DOC_EXCLUDES": "lms.openapi.document.base_classes",
    "OAS_VERSION": "3.1.0",
    "ENFORCE_NON_BLANK_FIELDS": True,
    "SERVERS": [
        {"url": "/", "description": "The site that serves this document."},
        {"url": "http://127.0.0.1:8000", "description": "The demo site of `./run`."},
    ],
    # In the order in which a student uses the API.
    "TAGS": [
        {"name": "sign-in", "description": "Signing in, signing out, passwords, second steps and passkeys."},
        {"name": "account", "description": "Who is signed in, settings and messages."},
        {
            "name": "calendar",
            "description": "When what opens, is due and closes, and the address for calendar programs.",
        },
        {"name": "notes", "description": "What a student marks and writes beside the text of lessons."},
        {"name": "discussions", "description": "What people ask at paragraphs of lessons, and what others reply."},
        {"name": "certificates", "description": "That a student has completed a course, as a PDF and a public page."},
        {"name": "courses", "description": "Courses, their outlines, lessons and progress."},
        {
            "name": "offline",
            "description": "What an app downloads before there is no network, and sends afterwards.",
        },
        {"name": "quizzes", "description": "Quizzes before an attempt, and starting one."},
        {"name": "attempts", "description": "Answering questions, handing in files, submitting, results."},
        {
            "name": "teaching",
            "description": "For instructors: rosters with progress, the gradebook, and the queue of what a person grades.",
        },
        {"name": "review", "description": "The daily review: questions that the student got wrong."},
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "lms.openapi.finishing.add_shapes",
        "lms.openapi.sign_in.operations.add_sign_in",
        "lms.openapi.finishing.write_null_as_type",
        "lms.openapi.finishing.limit_texts",
        "lms.openapi.finishing.name_answers",
        "lms.openapi.finishing.size_integers",
        "lms.openapi.examples.add_examples",
        "lms.openapi.examples.add_links",
        "lms.openapi.finishing.sort",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ActivityKind": ["lesson", "quiz"],
        "CoursePermission": ["read", "grade", "answer", "edit", "schedule", "regrade", "enrol", "manage_roles"],
        "LessonKind": ["reading", "practice"],
        "QuestionKind": "questions.KIND_NAMES",
        "SummaryEdition": ["week", "go_on"],
        "AttemptStatus": ["in_progress", "submitted", "graded", "needs_review"],
        "ResultStatus": ["submitted", "graded", "needs_review"],
        "ReviewedStatus": ["graded", "needs_review"],
        "CountingRule": ["highest", "last", "average"],
        "StoredAttemptStatus": [
            "in_progress",
            "submitted",
            "grading",
            "graded",
            "needs_review",
            "needs_attention",
        ],
        "AuditAction": ["view", "export", "add", "change", "delete"],
        "AuditChannel": ["page", "api", "command"],
        "GradeReason": ["graded", "regraded", "set", "taken_back"],
        "AppealStatus": ["waiting", "accepted", "answered", "withdrawn"],
        "DeviceKind": ["browser", "app", "unknown"],
        "PushTransportName": ["web", "fcm", "apns"],
        "Outcome": ["correct", "partial", "incorrect", "unanswered", "pending", "hidden"],
        "SyncStatus": ["applied", "conflict", "evidence", "duplicate", "rejected"],
        "SyncFirstStatus": ["applied", "conflict", "evidence"],
        "UploadStatus": ["open", "handed_in", "evidence"],
        "TextLanguage": ["ko", "en"],
        "BundleFileKind": ["outline", "lesson", "glossary", "course_file"],
        "CertificateStatus": ["valid", "changed", "replaced", "withdrawn"],
        "CalendarKind": ["opens", "due", "closes"],
        "LateRule": ["accept", "deduct", "refuse"],
        "ShowAnswers": ["at_once", "after_each", "after_pass", "after_due", "never"],
    },
}

# Apps that open the site's links: see `lms.deep_links`.
_IOS_APP = re.compile(r"[A-Z0-9]{10}\.[A-Za-z0-9.-]{1,155}")
_ANDROID_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
_FINGERPRINT = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){31}")


def _read_ios_apps(given: list[str]) -> list[str]:
    for app in given:
        if not _IOS_APP.fullmatch(app):
            raise ImproperlyConfigured(f"BAEUM_IOS_APP_IDS: an entry is like ABCDE12345.com.example.app, not {app!r}.")
    return given


def _read_android_apps(given: list[str]) -> dict[str, list[str]]:
    """Return {package: fingerprints of its certificates}. An app that is signed by several keys has an entry for each."""
    apps: dict[str, list[str]] = {}
    for entry in given:
        package, _sign, fingerprint = entry.partition("=")
        fingerprint = fingerprint.upper()
        if not _ANDROID_PACKAGE.fullmatch(package) or not _FINGERPRINT.fullmatch(fingerprint):
            raise ImproperlyConfigured(
                "BAEUM_ANDROID_APPS: an entry is like com.example.app=AB:CD:…, with the SHA-256 fingerprint of the "
                f"certificate in 32 pairs, not {entry!r}."
            )
        apps.setdefault(package, []).append(fingerprint)
    return apps


def _list(name: str) -> list[str]:
    return [entry.strip() for entry in env.list(name, default=[]) if entry.strip()]


IOS_APP_IDS = _read_ios_apps(_list("BAEUM_IOS_APP_IDS"))
ANDROID_APPS = _read_android_apps(_list("BAEUM_ANDROID_APPS"))
