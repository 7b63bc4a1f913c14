"""Configure sign-in and accounts."""

from django.core.exceptions import ImproperlyConfigured

from lms.settings.environment import PRODUCTION, env

# This is a subclass of ModelBackend. If both were listed, a wrong password would be hashed twice.
AUTHENTICATION_BACKENDS = ["accounts.sessions.Backend"]
PASSWORD_HASHERS = ["accounts.sign_in.hashers.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "courses:course-list"
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
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
# Each account has one email address, which `accounts.own_account.address` changes: allauth would leave `User.email` empty until
# the new address is confirmed.
ACCOUNT_MAX_EMAIL_ADDRESSES = 1
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
# `accounts.sign_in.limits` counts passwords; here `login_failed` limits the codes of authenticators, for each account.
# A whole class may sign up from one network address at the same time.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/5m/key", "signup": "60/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("BAEUM_TRUSTED_PROXIES", default=0)
# Who may sign up. open: everybody; code: people with a course's enrolment code; closed: nobody, a roster creates accounts.
SIGNUP = env.str("BAEUM_SIGNUP", default="closed" if PRODUCTION else "open")
if SIGNUP not in ("open", "code", "closed"):
    raise ImproperlyConfigured(f"BAEUM_SIGNUP is {SIGNUP!r}; it is 'open', 'code' or 'closed'.")
HEADLESS_ONLY = False
HEADLESS_CLIENTS = ("app",)
HEADLESS_ADAPTER = "accounts.sign_in.adapter.HeadlessAdapter"
HEADLESS_TOKEN_STRATEGY = "accounts.sign_in.tokens.SessionTokens"  # noqa: S105 (a class, not a secret)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "accounts.sign_in.passkeys.AddPasskeyForm"}
# Browsers allow passkeys without HTTPS on `localhost` only, which is where `./run` is tried.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = "Baeum"
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION != "mandatory"
# Staff must use an authenticator app.
STAFF_MFA = env.bool("BAEUM_STAFF_MFA", default=PRODUCTION)
