"""Django's settings, in sections; every value from outside comes through `environment.py`."""

from __future__ import annotations

from typing import Any

from curaway import environment, log
from curaway.content_security import content_security_policy

ENVIRONMENT = environment.load()
ROOT = environment.ROOT

# Server
DEBUG = ENVIRONMENT.DEBUG
SECRET_KEY = ENVIRONMENT.SECRET_KEY
ALLOWED_HOSTS = list(ENVIRONMENT.ALLOWED_HOSTS) or (["localhost", "127.0.0.1", "[::1]", "testserver"] if DEBUG else [])
ROOT_URLCONF = "curaway.urls"
ASGI_APPLICATION = "curaway.asgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

INSTALLED_APPS = [
    "corsheaders",
    # Before the admin, whose templates it dresses.
    "events",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "curaway",
    "patients",
    "webhooks",
]

# The request context first: whatever is refused below it carries the correlation id.
MIDDLEWARE = [
    "curaway.arrival.request_context",
    "curaway.security_headers.guard_answers",
    "corsheaders.middleware.CorsMiddleware",
    "curaway.arrival.refuse_unknown_host",
    "curaway.arrival.refuse_large_request",
    "django.middleware.security.SecurityMiddleware",
    "curaway.page_middleware.ContentSecurityPolicy",
    "curaway.portal.files.StaticFiles",
    "curaway.page_middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "curaway.page_middleware.Forms",
    "curaway.page_middleware.SignIn",
    "curaway.page_middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Database
DATABASES: dict[str, Any] = {"default": environment.database(ENVIRONMENT)}

# Files
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
# What `npm run build` makes; missing where there was no Node.js.
PORTAL = ROOT / "frontend" / "dist"

# Mail
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if ENVIRONMENT.EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_HOST = ENVIRONMENT.EMAIL_HOST
EMAIL_PORT = ENVIRONMENT.EMAIL_PORT
EMAIL_HOST_USER = ENVIRONMENT.EMAIL_HOST_USER
EMAIL_HOST_PASSWORD = ENVIRONMENT.EMAIL_HOST_PASSWORD
EMAIL_USE_TLS = ENVIRONMENT.EMAIL_USE_TLS
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = ENVIRONMENT.DEFAULT_FROM_EMAIL

# Security
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_PROXY_SSL_HEADER = None if DEBUG else ("HTTP_X_FORWARDED_PROTO", "https")
# Pages only: a program that is sent elsewhere has told its token in clear already, and would go on doing so.
SECURE_SSL_REDIRECT = not DEBUG and ENVIRONMENT.public_base_url.startswith("https://")
SECURE_REDIRECT_EXEMPT = [r"^(?:api|webhooks|uploads|portal|health|ready|metrics)(?:/|$)"]
SECURE_HSTS_SECONDS = 0 if DEBUG else 31536000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # `curaway.page_middleware.Forms` is Django's CSRF protection, under another name
    "security.W021",  # HSTS preload is asked for by the owner of a whole domain, not by a program
]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = content_security_policy(ENVIRONMENT)
LOGIN_URL = "admin:login"
# Of the admin alone: everybody else brings a token. A working day.
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

# Browsers
# With DEBUG on, our own page under its other name: it puts documents at the address in PUBLIC_BASE_URL.
OWN_NAMES = [f"http://{name}:{ENVIRONMENT.PORT}" for name in ("127.0.0.1", "localhost")] if DEBUG else []
CORS_ALLOWED_ORIGINS = [*ENVIRONMENT.CORS_ALLOWED_ORIGINS, *OWN_NAMES]
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "cache-control",
    "content-type",
    "last-event-id",
    "x-correlation-id",
    "x-idempotency-key",
    "x-tenant-id",
]
CORS_EXPOSE_HEADERS = ["x-correlation-id", "retry-after", "idempotency-replayed"]
CORS_PREFLIGHT_MAX_AGE = 86400

# Logs
LOGGING_CONFIG = None
log.configure(level=ENVIRONMENT.LOG_LEVEL, as_text=DEBUG)
