"""The settings that come from outside: the only reader of the environment.

Each field of `Environment` is one variable: its type, its default, and the sentence that documents it.
`.env.example` and `docs/reference/settings.md` are derived from this file. A value given in the environment
wins over the same name in `.env`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from dotenv import dotenv_values

from curaway import master_key

ROOT = Path(__file__).resolve().parent.parent
"""The checkout, or the image's application folder."""

PUBLIC_QSTASH_KEYS = frozenset(
    {
        "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r",
        "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs",
        "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=",
    }
)
"""Keys and token of the vendor's public development server: known to everybody, so worthless as secrets."""

NO_POSTGRES = (
    "DATABASE_URL must look like postgres://user:password@host:port/name, with reserved characters as %2F and the like."
)

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})

POSTGRES_SCHEMES = ("postgres://", "postgresql://")
REDIS_SCHEMES = ("redis://", "rediss://")
REDIS_OPTIONS = frozenset({"ssl_cert_reqs", "ssl_ca_certs", "ssl_check_hostname"})
WAKEUPS_OFF = "off"

NO_WAKEUPS = (
    "EVENTS_WAKEUP_URL must look like redis://user:password@host:port/number (rediss:// for TLS), or be `off`; "
    "without it wake-ups travel by the database's NOTIFY."
)

NO_MASTER_KEY = "PHI_MASTER_KEYS must be 32 random bytes each, in base64: make one with `openssl rand -base64 32`."

NEVER_ZERO = ("SSE_LIFETIME_SECONDS", "SSE_POLL_SECONDS", "SSE_HEARTBEAT_SECONDS", "SSE_STALL_SECONDS")
"""At 0 the process would turn in a circle as fast as it can."""


S3 = ("S3_ENDPOINT_URL", "S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "S3_REGION")
"""All of them, or none."""


class SettingsRefused(SystemExit):
    """The process does not start; each problem is one sentence naming the variable and the reason."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("Curaway does not start:\n" + "\n".join(f"  - {problem}" for problem in problems))


def _env(default: Any, section: str, about: str) -> Any:
    return field(default=default, metadata={"section": section, "about": about})


def _list(default: tuple[str, ...], section: str, about: str) -> Any:
    return field(default=default, metadata={"section": section, "about": about})


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Every variable the system reads; lists are comma-separated, switches are on/off."""

    DEBUG: bool = _env(False, "Server", "Development mode: local tokens and keys, the playground. Never in production.")
    PORT: int = _env(8000, "Server", "The port `make run` serves on.")
    DATA_DIR: str = _env("", "Server", "Where the embedded database, keys and uploads live. Default: `.data`.")
    DATABASE_URL: str = _env("", "Server", "postgres://user:password@host:port/name. Default: the embedded Postgres.")
    DATABASE_DIRECT_URL: str = _env("", "Server", "The database itself, for LISTEN, where DATABASE_URL is a pooler's.")
    DATABASE_CONNECTIONS: int = _env(3, "Server", "Most connections of one process, besides the one that listens.")
    SECRET_KEY: str = _env("", "Server", "Signs upload URLs and admin sessions. At least 50 characters.")
    PHI_MASTER_KEYS: tuple[str, ...] = _list(
        (), "Server", "Protect patients' keys; the first is current. Each: `openssl rand -base64 32`."
    )
    ALLOWED_HOSTS: tuple[str, ...] = _list((), "Server", "Host names served. With DEBUG on, any local one.")
    PUBLIC_BASE_URL: str = _env("", "Server", "The address QStash calls and upload URLs point to. Default: local.")
    LOG_LEVEL: str = _env("INFO", "Server", "DEBUG, INFO, WARNING or ERROR.")

    CLERK_JWT_KEY: str = _env("", "Identity", "Clerk's PEM public key; verifies tokens without a network call.")
    CLERK_JWKS_URL: str = _env("", "Identity", "Clerk's key set, fetched once and cached, instead of the PEM key.")
    CLERK_ISSUER: str = _env("", "Identity", "The `iss` that tokens must carry, e.g. https://clerk.curaway.ai")
    CLERK_AUTHORIZED_PARTIES: tuple[str, ...] = _list((), "Identity", "Origins allowed in a token's `azp`.")
    CLERK_PUBLISHABLE_KEY: str = _env("", "Identity", "Clerk's publishable key, with which the portal signs people in.")

    QSTASH_URL: str = _env("", "Queue", "QStash's address. `make run` sets the local queue's.")
    QSTASH_TOKEN: str = _env("", "Queue", "Publishes jobs.")
    QSTASH_CURRENT_SIGNING_KEY: str = _env("", "Queue", "Verifies callbacks.")
    QSTASH_NEXT_SIGNING_KEY: str = _env("", "Queue", "Verifies callbacks after a key rotation.")
    QSTASH_SIGNING_KEY: str = _env("", "Queue", "Accepted as the current signing key.")

    EMAIL_HOST: str = _env("", "Mail", "The SMTP server. Without: printed to the console with DEBUG on, else not sent.")
    EMAIL_PORT: int = _env(587, "Mail", "The SMTP server's port.")
    EMAIL_HOST_USER: str = _env("", "Mail", "Signs in to the SMTP server; empty: without signing in.")
    EMAIL_HOST_PASSWORD: str = _env("", "Mail", "The user's password.")
    EMAIL_USE_TLS: bool = _env(True, "Mail", "STARTTLS before anything is said.")
    DEFAULT_FROM_EMAIL: str = _env("Curaway <no-reply@curaway.ai>", "Mail", "Who mails to patients are from.")
    PORTAL_URL: str = _env("", "Mail", "Where links in mails lead. Default: PUBLIC_BASE_URL.")

    S3_ENDPOINT_URL: str = _env("", "Files", "Documents in an S3 bucket (Cloudflare R2). Without: DATA_DIR/uploads.")
    S3_BUCKET: str = _env("", "Files", "The bucket's name.")
    S3_ACCESS_KEY_ID: str = _env("", "Files", "May put, read, head and delete the bucket's objects.")
    S3_SECRET_ACCESS_KEY: str = _env("", "Files", "The key's secret.")
    S3_REGION: str = _env("", "Files", "The bucket's region; R2's is `auto`.")

    FLAGSMITH_ENVIRONMENT_KEY: str = _env("", "Flags", "Server-side key (starts with `ser.`). Without: SSE_STREAMING.")
    FLAGSMITH_API_URL: str = _env("https://edge.api.flagsmith.com/api/v1/", "Flags", "Flagsmith's API.")
    SSE_STREAMING: bool = _env(True, "Flags", "The value of the flag `sse_streaming` without Flagsmith.")

    POSTHOG_API_KEY: str = _env("", "Analytics", "PostHog's project key. Without: nothing is sent.")
    POSTHOG_HOST: str = _env("https://us.i.posthog.com", "Analytics", "PostHog's address.")

    CORS_ALLOWED_ORIGINS: tuple[str, ...] = _list(
        ("https://app.curaway.ai", "http://localhost:5173", "http://127.0.0.1:5173"),
        "Browser",
        "Origins whose pages may call the API.",
    )
    ANTHROPIC_API_KEY: str = _env("", "Agents", "Turns on the LLM engines; the deterministic ones need no key.")

    EVENTS_WAKEUP_URL: str = _env("", "Stream", "Wake-ups: redis://…, or `off` (the poll alone). Default: NOTIFY.")
    SSE_LIFETIME_SECONDS: float = _env(300, "Stream", "Longest life of a stream; each draws 80-100 % of it.")
    SSE_POLL_SECONDS: float = _env(3, "Stream", "How often a process looks for events whose wake-up was lost.")
    SSE_HEARTBEAT_SECONDS: float = _env(15, "Stream", "Silence after which a heartbeat is sent.")
    SSE_IDLE_SECONDS: float = _env(15, "Stream", "A stream ends when nothing was being processed for so long.")
    SSE_ACCESS_SECONDS: float = _env(20, "Stream", "How often open streams' viewers are checked again; at most 30.")
    SSE_STALL_SECONDS: float = _env(30, "Stream", "A stream whose client takes nothing for so long ends as `lagging`.")
    SSE_MAX_STREAMS: int = _env(10000, "Stream", "Open streams per process.")
    SSE_MAX_STREAMS_PER_PATIENT: int = _env(32, "Stream", "Open streams per patient and process.")

    METRICS_TOKEN: str = _env("", "Operations", "Lets Prometheus read /metrics (bearer). Without: not served.")
    PROMETHEUS_MULTIPROC_DIR: str = _env(
        "", "Operations", "An empty folder where workers behind one port share their figures. Not in `.env`."
    )
    OTEL_EXPORTER_OTLP_ENDPOINT: str = _env("", "Operations", "Where traces are sent by OTLP over HTTP. Without: none.")

    RATE_LIMIT_WRITES: int = _env(120, "Limits", "Writes per minute and caller; 0 turns the limit off.")

    @property
    def data_dir(self) -> Path:
        return Path(self.DATA_DIR).expanduser().resolve() if self.DATA_DIR else ROOT / ".data"

    @property
    def public_base_url(self) -> str:
        return (self.PUBLIC_BASE_URL or f"http://127.0.0.1:{self.PORT}").rstrip("/")

    @property
    def portal_url(self) -> str:
        return (self.PORTAL_URL or self.public_base_url).rstrip("/")

    @property
    def signing_keys(self) -> tuple[str, ...]:
        """The keys a callback may be signed with, the current one first; empty: every callback is refused."""
        current = self.QSTASH_CURRENT_SIGNING_KEY or self.QSTASH_SIGNING_KEY
        return tuple(key for key in (current, self.QSTASH_NEXT_SIGNING_KEY) if key)

    @property
    def phi_master_keys(self) -> tuple[bytes, ...]:
        """The keys that wrap patients' keys, the current one first."""
        return tuple(master_key.decoded(text) for text in self.PHI_MASTER_KEYS)

    @property
    def clerk_configured(self) -> bool:
        return bool(self.CLERK_JWT_KEY or self.CLERK_JWKS_URL)


def load(environ: Mapping[str, str] | None = None, dotenv: Path | None = None) -> Environment:
    """Read the environment and `.env`; raises `SettingsRefused` naming every value that can't be used."""
    given = {**_dotenv(dotenv or ROOT / ".env"), **(os.environ if environ is None else environ)}
    problems: list[str] = []
    values: dict[str, Any] = {}
    for variable in fields(Environment):
        raw = given.get(variable.name)
        if raw is None or (raw == "" and variable.default is not False):
            continue
        try:
            values[variable.name] = _parse(raw.strip(), str(variable.type))
        except ValueError as problem:
            problems.append(f"{variable.name} {problem}")
    environment = Environment(**values)
    problems += [f"{name} must be above 0" for name in NEVER_ZERO if getattr(environment, name) == 0]
    problems += _unreadable(environment)
    problems += _incomplete(environment)
    problems += _unsafe(environment)
    if problems:
        raise SettingsRefused(problems)
    return replace(environment, **_local_secrets(environment)) if environment.DEBUG else environment


def _local_secrets(environment: Environment) -> dict[str, Any]:
    """In development, what was not given comes from this machine's own keys, the same for all its processes."""
    from curaway.local.keys import development_master_key, development_secret, local_queue_settings

    local = {
        "PHI_MASTER_KEYS": (development_master_key(environment.data_dir),),
        "SECRET_KEY": development_secret(environment.data_dir),
        **local_queue_settings(environment.data_dir),
    }
    if environment.QSTASH_SIGNING_KEY:
        local["QSTASH_CURRENT_SIGNING_KEY"] = environment.QSTASH_SIGNING_KEY
    return {name: value for name, value in local.items() if not getattr(environment, name)}


CONNECTION: Mapping[str, Any] = {
    "application_name": "curaway",
    "connect_timeout": 5,
    # A database that vanished without a word is noticed within 20 s, where the kernel would take minutes to hours: by
    # who waits for an answer, and by who only listens.
    "tcp_user_timeout": 15_000,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
"""libpq's parameters; what DATABASE_URL says after its `?` wins."""


def database(environment: Environment) -> dict[str, Any]:
    """Django's entry for DATABASE_URL; raises `SettingsRefused` when it is not a Postgres URL.

    Worker threads are few and keep their connection (see `curaway.threads`), checked before each use.
    """
    try:
        url, port = urlsplit(environment.DATABASE_URL), urlsplit(environment.DATABASE_URL).port
        if environment.DATABASE_URL and url.scheme not in ("postgres", "postgresql"):
            raise ValueError
    except ValueError:
        # A password with a bare `/` reads as a port, and the error would quote it.
        raise SettingsRefused([NO_POSTGRES]) from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")) or "curaway",
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        # A pooler may give the next query of a cursor to another connection.
        "DISABLE_SERVER_SIDE_CURSORS": bool(environment.DATABASE_DIRECT_URL),
        "OPTIONS": {**CONNECTION, **dict(parse_qsl(url.query))},
    }


def _dotenv(path: Path) -> dict[str, str]:
    return {name: value for name, value in dotenv_values(path).items() if value is not None}


def _parse(raw: str, kind: str) -> Any:
    if kind == "bool":
        return _switch(raw)
    if kind in ("int", "float"):
        return _number(raw, float if kind == "float" else int)
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    # A PEM key on one line of a .env file.
    return raw.replace("\\n", "\n") if raw.startswith("-----BEGIN") else raw


def _switch(raw: str) -> bool:
    if raw.lower() in TRUE:
        return True
    if raw.lower() in FALSE:
        return False
    raise ValueError("must be on or off")


def _number(raw: str, kind: type[float]) -> float:
    try:
        number = kind(raw)
    except ValueError:
        raise ValueError("must be a number" if kind is float else "must be a whole number") from None
    if not math.isfinite(number):
        raise ValueError("must be a number")
    if number < 0:
        raise ValueError("must not be negative")
    return number


def _unreadable(environment: Environment) -> list[str]:
    """Addresses of a kind that is not known; their text is not repeated, as it may hold a password."""
    wakeups, direct = environment.EVENTS_WAKEUP_URL, environment.DATABASE_DIRECT_URL
    checks = (
        (wakeups in ("", WAKEUPS_OFF) or _is_url(wakeups, REDIS_SCHEMES, options=REDIS_OPTIONS), NO_WAKEUPS),
        (not direct or _is_url(direct, POSTGRES_SCHEMES), NO_POSTGRES.replace("DATABASE_", "DATABASE_DIRECT_", 1)),
        (all(map(master_key.is_one, environment.PHI_MASTER_KEYS)), NO_MASTER_KEY),
    )
    return [sentence for good, sentence in checks if not good]


def _is_url(text: str, schemes: tuple[str, ...], *, options: frozenset[str] | None = None) -> bool:
    """Whether it names a server by one of these schemes; with `options`, whether its query has no others."""
    try:
        url, port = urlsplit(text), urlsplit(text).port
    except ValueError:
        return False
    given = {name for name, _ in parse_qsl(url.query)}
    return bool(text.startswith(schemes) and url.hostname and port != 0) and (options is None or given <= options)


def _incomplete(environment: Environment) -> list[str]:
    """Settings that are of use only together."""
    missing = [name for name in S3 if not getattr(environment, name)]
    if not missing or len(missing) == len(S3):
        return []
    return [f"{', '.join(missing)} missing: documents are kept in S3 with all of {', '.join(S3)}, or none."]


def _unsafe(environment: Environment) -> list[str]:
    """What makes a production start unsafe, a sentence each; nothing when DEBUG is on."""
    if environment.DEBUG:
        return []
    checks = (
        (not environment.DATABASE_URL, "DATABASE_URL is missing: production needs a Postgres of its own."),
        (not environment.SECRET_KEY, "SECRET_KEY is missing: without it upload URLs could be forged."),
        (
            bool(environment.SECRET_KEY) and len(environment.SECRET_KEY) < 50,
            "SECRET_KEY is shorter than 50 characters: make one with `openssl rand -base64 48`.",
        ),
        (
            bool(environment.METRICS_TOKEN) and len(environment.METRICS_TOKEN) < 32,
            "METRICS_TOKEN is shorter than 32 characters: make one with `openssl rand -base64 32`.",
        ),
        (
            environment.SECRET_KEY.startswith(("django-insecure-", "development-")),
            "SECRET_KEY is a known development key.",
        ),
        (not environment.PHI_MASTER_KEYS, "PHI_MASTER_KEYS is missing: nothing could be recorded about patients."),
        (
            any(map(master_key.is_of_development, environment.PHI_MASTER_KEYS)),
            "PHI_MASTER_KEYS holds a development key.",
        ),
        (not environment.ALLOWED_HOSTS, "ALLOWED_HOSTS is missing: name the hosts this server answers for."),
        (
            not environment.clerk_configured,
            "CLERK_JWT_KEY (or CLERK_JWKS_URL) is missing: nobody's token could be verified.",
        ),
        (not environment.CLERK_ISSUER, "CLERK_ISSUER is missing: tokens of any issuer would be accepted."),
        (not environment.QSTASH_TOKEN, "QSTASH_TOKEN is missing: no job could be published."),
        (
            not environment.signing_keys,
            "QSTASH_CURRENT_SIGNING_KEY is missing: every callback would be refused.",
        ),
        (not environment.PUBLIC_BASE_URL, "PUBLIC_BASE_URL is missing: QStash would not know where to call."),
        (
            bool(PUBLIC_QSTASH_KEYS & {*environment.signing_keys, environment.QSTASH_TOKEN}),
            "A QSTASH_ key is the public one of QStash's development server: anybody could sign callbacks.",
        ),
    )
    return [sentence for unsafe, sentence in checks if unsafe]
