"""Every setting, driven by the environment; `.env.example` lists the variables.

`BAEUM_ENV` is `embedded` (default: SQLite, filesystem broker, a mail inbox page, loopback) or
`production`, which turns on what a public site needs and refuses to start without it.
"""

from email.utils import parseaddr
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from lms.secret_key import embedded_secret_key

# Django's generic classes (ModelForm, QuerySet …) take their type arguments at run time as well.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VERSION = "0.1.0"
BAEUM_ENV = env.str("BAEUM_ENV", default="embedded")
if BAEUM_ENV not in ("embedded", "production"):
    raise ImproperlyConfigured(f"BAEUM_ENV is {BAEUM_ENV!r}; it is 'embedded' or 'production'.")
PRODUCTION = BAEUM_ENV == "production"
# Which process this is: web, worker, beat or command. Web and worker differ in broker options only.
BAEUM_ROLE = env.str("BAEUM_ROLE", default="command")
BAEUM_HOME = Path(env.str("BAEUM_HOME", default=str(BASE_DIR / ".baeum"))).resolve()

if PRODUCTION:
    missing = [
        name
        for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "BAEUM_URL")
        if not env.str(name, default="")
    ]
    if missing:
        raise ImproperlyConfigured(f"BAEUM_ENV=production needs {', '.join(missing)}; see .env.example.")
    if len(env.str("SECRET_KEY")) < 50:
        raise ImproperlyConfigured("SECRET_KEY is shorter than 50 characters.")
    if not env.str("BAEUM_URL").startswith("https://"):
        raise ImproperlyConfigured("BAEUM_URL is the site's public address and begins with https:// in production.")


SECRET_KEY = env.str("SECRET_KEY", default="") or embedded_secret_key(BAEUM_HOME)
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
# The address in mails and in tokens' links, where no request tells it.
BAEUM_URL = env.str("BAEUM_URL", default=f"http://127.0.0.1:{env.str('PORT', default='') or 8000}").rstrip("/")
# The demo: on in the embedded mode unless told otherwise, elsewhere only when asked for, never in production.
DEMO = env.bool("BAEUM_DEMO", default=not PRODUCTION and not env.str("DATABASE_URL", default="")) and not PRODUCTION

INSTALLED_APPS = [
    "modeltranslation",
    "unfold",
    "django.contrib.admin",
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
    "quizzes",
    "lms",
]

MIDDLEWARE = [
    "lms.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "common.csp.CSPMiddleware",
    "lms.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "lms.middleware.AuthenticationMiddleware",
    "accounts.middleware.UserLanguageMiddleware",
    "lms.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.HeadlessBodyMiddleware",
    "accounts.middleware.StaffAuthenticatorMiddleware",
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
                    "django.template.loaders.cached.Loader",
                    ["common.template_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "common.context.site",
            ],
        },
    }
]

# --- Database -------------------------------------------------------------------------------------------------
# Persistent connections are worth a factor of 5 on PostgreSQL and of 2 on SQLite.
DATABASES: dict[str, dict[str, Any]]
if env.str("DATABASE_URL", default=""):
    if not env.str("DATABASE_URL").startswith(("postgres://", "postgresql://", "sqlite:///")):
        raise ImproperlyConfigured("DATABASE_URL begins with postgres:// or sqlite:///, and this one does not.")
    DATABASES = {"default": {**env.db("DATABASE_URL"), "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": BAEUM_HOME / "baeum.sqlite3",
            "CONN_MAX_AGE": None,
        }
    }
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "common.sqlite3"
    # Django's default, said for pytest-django, which knows Django's own backend only.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
    # IMMEDIATE: a transaction takes the write lock at its start and waits for it, instead of failing as "locked" in
    # the middle. FULL: a commit that was answered survives a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;"
            "PRAGMA mmap_size=134217728; PRAGMA temp_store=MEMORY;"
        ),
    }
else:
    DATABASES["default"]["OPTIONS"] = {
        # A database that is away costs a request seconds, not minutes.
        "connect_timeout": 5,
        # The server plans a statement once for each connection: planning took it longer than all the rest. Not through a
        # pooler that gives the connection to another client for each transaction.
        "server_side_binding": True,
        "prepare_threshold": None if env.bool("BAEUM_DATABASE_POOLED", default=False) else 3,
        **DATABASES["default"].get("OPTIONS", {}),
    }

# --- Cache, sessions ------------------------------------------------------------------------------------------
# Rate limits live in the cache, so that several processes need a shared one.
REDIS_URL = env.str("REDIS_URL", default="")
# Two sites may share one Redis.
REDIS_PREFIX = env.str("BAEUM_REDIS_PREFIX", default="baeum")
CACHES: dict[str, dict[str, Any]]
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 0.5},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": BAEUM_HOME / "cache",
            # When it is full, entries go at random: a busy morning must not forget who guessed passwords.
            "OPTIONS": {"MAX_ENTRIES": 3000},
        }
    }
# What {% cache %} holds is the same for everybody and lives as long as the process.
CACHES["template_fragments"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "template_fragments",
}
# The database, not the cache: nobody is logged out, in the middle of a quiz, because Redis was restarted.
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# --- Celery ---------------------------------------------------------------------------------------------------
# The row is the queue, the broker only a doorbell: see docs/architecture.md. The settings are explained in RELIABILITY.
BROKER_HOME = BAEUM_HOME / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_restore_limit": 1000,
        "socket_timeout": 5,
        "global_keyprefix": f"{REDIS_PREFIX}:",
    }
    if BAEUM_ROLE in ("web", "command"):
        # A request never waits for a broker: the sweep queues what could not be published.
        CELERY_BROKER_TRANSPORT_OPTIONS |= {"socket_timeout": 1, "socket_connect_timeout": 0.5, "max_retries": 0}
else:
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT = "common.filesystem_broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_HOME / "messages"),
        "data_folder_out": str(BROKER_HOME / "messages"),
        "control_folder": str(BROKER_HOME / "control"),
        "processed_folder": str(BROKER_HOME / "processed"),
        "store_processed": False,
        "polling_interval": 0.05,
    }
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_VISIBILITY_TIMEOUT = 300
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 20
CELERY_TASK_TIME_LIMIT = 30
CELERY_WORKER_PREFETCH_MULTIPLIER = 1 if REDIS_URL else 16
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "grading"
# A slow mail server never delays a grade: two queues.
CELERY_TASK_ROUTES = {
    "courses.tasks.send_weekly_summaries": {"queue": "mail"},
    "courses.tasks.send_weekly_summary": {"queue": "mail"},
    "quizzes.tasks.send_grade_notices": {"queue": "mail"},
    "quizzes.tasks.send_grade_notice": {"queue": "mail"},
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(BAEUM_HOME / "celerybeat-schedule")
# A sweep that nobody consumed before the next one is not worth keeping: expires.
CELERY_BEAT_SCHEDULE = {
    "sweep-attempts": {"task": "quizzes.tasks.sweep_attempts", "schedule": 5.0, "options": {"expires": 5}},
    "send-weekly-summaries": {
        "task": "courses.tasks.send_weekly_summaries",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "send-grade-notices": {
        "task": "quizzes.tasks.send_grade_notices",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
}
# Seconds a worker may hold an attempt before another one may take it over.
GRADING_LEASE = env.int("BAEUM_GRADING_LEASE", default=60)

# --- Mail -----------------------------------------------------------------------------------------------------
# An inbox page (loopback only) where no server is told: reset links must be readable without one.
EMAIL_BACKEND = "common.mail.InboxBackend"
if env.str("EMAIL_URL", default=""):
    vars().update(env.email("EMAIL_URL"))
    EMAIL_TIMEOUT = 10
    if EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
        EMAIL_BACKEND = "common.mail.SMTPBackend"  # the same, and it tells how far a message came
INBOX_HOME = BAEUM_HOME / "inbox"
INBOX = not PRODUCTION and not env.str("EMAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Baeum <no-reply@localhost>")
if "@" not in parseaddr(DEFAULT_FROM_EMAIL)[1]:
    raise ImproperlyConfigured("DEFAULT_FROM_EMAIL holds no address.")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Languages ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
# Our own messages, and those of the packages: makemessages writes the first folder only.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale/packages"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "ko"
MODELTRANSLATION_LANGUAGES = ("ko", "en")
MODELTRANSLATION_FALLBACK_LANGUAGES = ("ko", "en")
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Seoul"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365

# --- Static files and uploads ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BAEUM_HOME / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = BAEUM_HOME / "uploads"
# collectstatic belongs to the image build; the newcomer's command serves the folders as they are.
COLLECTED = env.bool("BAEUM_STATIC_COLLECTED", default=PRODUCTION)
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_MAX_AGE = 60 * 60 * 24 * 365 if not COLLECTED else 60
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if COLLECTED
            else "common.static.FingerprintedStorage"
        )
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Sign-in --------------------------------------------------------------------------------------------------
# It is a ModelBackend too; with Django's own beside it a wrong password would be hashed twice.
AUTHENTICATION_BACKENDS = ["accounts.sessions.Backend"]
PASSWORD_HASHERS = ["accounts.hashers.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "courses:course-list"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = env.str("BAEUM_EMAIL_VERIFICATION", default="mandatory" if PRODUCTION else "none")
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# One address an account, and staff change it: allauth's own change empties `User.email` while one is unconfirmed.
ACCOUNT_MAX_EMAIL_ADDRESSES = 1
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
# A whole class signs in from one campus address at 9:00; one account is guessed at five times.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": "100/m/ip,5/5m/key", "signup": "60/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("BAEUM_TRUSTED_PROXIES", default=0)
# open: anybody; code: with a course's enrolment code; closed: accounts come from the roster.
SIGNUP = env.str("BAEUM_SIGNUP", default="closed" if PRODUCTION else "open")
if SIGNUP not in ("open", "code", "closed"):
    raise ImproperlyConfigured(f"BAEUM_SIGNUP is {SIGNUP!r}; it is 'open', 'code' or 'closed'.")
HEADLESS_ONLY = False
HEADLESS_CLIENTS = ("app",)
HEADLESS_ADAPTER = "accounts.adapter.HeadlessAdapter"
HEADLESS_TOKEN_STRATEGY = "accounts.tokens.SessionTokens"  # noqa: S105 (a class, not a secret)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Baeum"
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION != "mandatory"
# No administration without an authenticator app.
STAFF_MFA = env.bool("BAEUM_STAFF_MFA", default=PRODUCTION)

# --- API ------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    # JSON only: a form renderer would show whatever a serializer can read, keys included.
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.parsing.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.parsing.AlwaysJSON",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "common.api.problem_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Baeum API",
    "VERSION": "1",
    "DESCRIPTION": (
        "What an app for students needs: courses, lessons, quizzes, attempts, results, progress.\n\n"
        'Sign in with `POST /_allauth/app/v1/auth/login` and the body `{"email": …, "password": …}`; send '
        "`meta.session_token` of its answer as the header `X-Session-Token`. `DELETE /api/v1/session` signs out.\n\n"
        "Texts are in the language that `Accept-Language` asks for (`ko`, `en`), else in the account's. Moments are in "
        "UTC. Percentages are whole and rounded down; points are decimal strings.\n\n"
        "Refusals are RFC 9457 documents, `application/problem+json`, with a stable `type`."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "GET_LIB_DOC_EXCLUDES": "lms.api_docs.base_classes",
    "PREPROCESSING_HOOKS": ["common.openapi.without_trailing_slashes"],
    "ENUM_NAME_OVERRIDES": {
        "ActivityKind": ["lesson", "quiz"],
        "LessonKind": ["reading", "practice"],
        "QuestionKind": "quizzes.questions.KIND_NAMES",
        "AttemptStatus": ["in_progress", "submitted", "graded", "needs_review"],
        "ResultStatus": ["submitted", "graded", "needs_review"],
        "CountingRule": ["highest", "last", "average"],
        "Outcome": ["correct", "partial", "incorrect", "unanswered", "pending", "hidden"],
        "LateRule": ["accept", "deduct", "refuse"],
        "ShowAnswers": ["at_once", "after_each", "after_pass", "after_due", "never"],
        "AccountLanguage": ["ko", "en"],
    },
}

# --- Security -------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "lms.errors.csrf_failure"
if PRODUCTION:
    CSRF_TRUSTED_ORIGINS = [BAEUM_URL]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

# --- Admin ----------------------------------------------------------------------------------------------------
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Baeum",
    "SITE_HEADER": "Baeum",
    "SITE_SYMBOL": "school",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "lms.admin_navigation.icon"}],
    "STYLES": ["lms.admin_navigation.style"],
    "SIDEBAR": {"show_search": True, "navigation": "lms.admin_navigation.groups"},
}

# --- Logs -----------------------------------------------------------------------------------------------------
LOG_JSON = env.bool("BAEUM_LOG_JSON", default=PRODUCTION)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": (
                structlog.processors.JSONRenderer(ensure_ascii=False)
                if LOG_JSON
                else structlog.dev.ConsoleRenderer(colors=False)
            ),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": env.str("BAEUM_LOG_LEVEL", default="INFO")},
    "loggers": {
        # A line a request is what an access log is for; it costs more than some pages do.
        "django_structlog": {"level": env.str("BAEUM_ACCESS_LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")},
        # It warns that a folder has no host name.
        "kombu": {"level": "ERROR"},
        "celery": {"level": env.str("BAEUM_CELERY_LOG_LEVEL", default="WARNING")},
    },
}
