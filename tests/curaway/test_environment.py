"""Settings from outside: typed, refused by name, and never repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from curaway import environment
from curaway.environment import CONNECTION, PUBLIC_QSTASH_KEYS, Environment, SettingsRefused, database, load
from tests.servers import ROOT

MASTER_KEY = b64encode(bytes(range(32))).decode()

PRODUCTION = {
    "DEBUG": "off",
    "DATABASE_URL": "postgres://curaway:pw@db.internal:5432/curaway",
    "SECRET_KEY": "k" * 50,
    "PHI_MASTER_KEYS": MASTER_KEY,
    "ALLOWED_HOSTS": "api.curaway.ai",
    "CLERK_JWT_KEY": "-----BEGIN PUBLIC KEY-----\\nMIIB\\n-----END PUBLIC KEY-----",
    "CLERK_ISSUER": "https://clerk.curaway.ai",
    "QSTASH_TOKEN": "token-0123456789",
    "QSTASH_CURRENT_SIGNING_KEY": "sig_0123456789",
    "PUBLIC_BASE_URL": "https://api.curaway.ai",
}


@pytest.fixture
def dotenv(tmp_path: Path) -> Path:
    """The `.env` of a checkout; missing until it is written."""
    return tmp_path / ".env"


@pytest.fixture
def read(tmp_path: Path, dotenv: Path):
    """Reads these variables, in development unless they say otherwise, and nothing of this machine's."""

    def reading(**given: str) -> Environment:
        return load({"DEBUG": "on", "DATA_DIR": str(tmp_path), **given}, dotenv)

    return reading


def problems(given: dict[str, str], dotenv: Path) -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        load(given, dotenv)
    return refused.value.problems


class TestValues:
    def test_a_value_has_the_type_of_its_variable(self, read):
        given = read(PORT="9000", SSE_POLL_SECONDS="0.5", CLERK_ISSUER=" https://clerk.curaway.ai ")
        assert (given.PORT, given.SSE_POLL_SECONDS) == (9000, 0.5)
        assert given.CLERK_ISSUER == "https://clerk.curaway.ai"

    @pytest.mark.parametrize("word", ["on", "true", "1", "yes", "ON", " True "])
    def test_a_switch_is_on(self, read, word):
        assert read(SSE_STREAMING=word).SSE_STREAMING is True

    @pytest.mark.parametrize("word", ["off", "false", "0", "no", "Off"])
    def test_a_switch_is_off(self, read, word):
        assert read(SSE_STREAMING=word).SSE_STREAMING is False

    def test_a_list_is_separated_by_commas_and_has_no_empty_parts(self, read):
        assert read(ALLOWED_HOSTS=" a.example , b.example,, ").ALLOWED_HOSTS == ("a.example", "b.example")

    def test_a_key_on_one_line_gets_its_lines_back(self, read):
        key = read(CLERK_JWT_KEY="-----BEGIN PUBLIC KEY-----\\nMIIB\\n-----END PUBLIC KEY-----").CLERK_JWT_KEY
        assert key == "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"

    def test_what_is_not_given_or_empty_has_its_default(self, read):
        given = read(PORT="", SSE_STREAMING="", CORS_ALLOWED_ORIGINS="")
        assert (given.PORT, given.SSE_STREAMING, given.SSE_LIFETIME_SECONDS) == (8000, True, 300)
        assert given.CORS_ALLOWED_ORIGINS[0] == "https://app.curaway.ai"

    def test_the_environment_wins_over_dotenv(self, read, dotenv):
        dotenv.write_text("PORT=9001\nSSE_POLL_SECONDS=7\n")
        given = read(PORT="9002")
        assert (given.PORT, given.SSE_POLL_SECONDS) == (9002, 7)

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("PORT", "eighty", "PORT must be a whole number"),
            ("PORT", "80.5", "PORT must be a whole number"),
            ("SSE_POLL_SECONDS", "soon", "SSE_POLL_SECONDS must be a number"),
            ("SSE_POLL_SECONDS", "-1", "SSE_POLL_SECONDS must not be negative"),
            ("SSE_LIFETIME_SECONDS", "nan", "SSE_LIFETIME_SECONDS must be a number"),
            ("SSE_HEARTBEAT_SECONDS", "inf", "SSE_HEARTBEAT_SECONDS must be a number"),
            ("SSE_POLL_SECONDS", "0", "SSE_POLL_SECONDS must be above 0"),
            ("SSE_STREAMING", "perhaps", "SSE_STREAMING must be on or off"),
        ],
    )
    def test_a_value_that_cannot_be_used_is_refused_by_name(self, tmp_path, dotenv, name, value, sentence):
        given = {"DEBUG": "on", "DATA_DIR": str(tmp_path), name: value}
        assert problems(given, dotenv) == [sentence]

    def test_every_problem_is_named_at_once(self, tmp_path, dotenv):
        given = {"DEBUG": "on", "DATA_DIR": str(tmp_path), "PORT": "x", "SSE_POLL_SECONDS": "y"}
        assert len(problems(given, dotenv)) == 2


class TestDevelopment:
    def test_secrets_are_made_once_and_kept(self, read):
        first, second = read(), read()
        assert first == second
        assert len(first.SECRET_KEY) >= 50
        assert len(first.signing_keys) == 2
        assert [len(key) for key in first.phi_master_keys] == [32]

    def test_a_secret_that_is_given_is_used(self, read):
        given = read(SECRET_KEY="mine", QSTASH_SIGNING_KEY="sig_mine")
        assert (given.SECRET_KEY, given.signing_keys[0]) == ("mine", "sig_mine")

    def test_the_public_address_is_the_local_one(self, read):
        assert read(PORT="8123").public_base_url == "http://127.0.0.1:8123"
        assert read(PUBLIC_BASE_URL="https://api.curaway.ai/").public_base_url == "https://api.curaway.ai"


class TestProduction:
    def test_with_everything_given_it_starts(self, dotenv):
        assert load(PRODUCTION, dotenv).DEBUG is False

    def test_nothing_given_is_production(self, dotenv):
        assert len(problems({}, dotenv)) == 9

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("DATABASE_URL", "", "DATABASE_URL is missing"),
            ("SECRET_KEY", "", "SECRET_KEY is missing"),
            ("SECRET_KEY", "short", "SECRET_KEY is shorter than 50 characters"),
            ("SECRET_KEY", "django-insecure-" + "x" * 50, "SECRET_KEY is a known development key"),
            ("PHI_MASTER_KEYS", "", "PHI_MASTER_KEYS is missing"),
            ("PHI_MASTER_KEYS", f"{MASTER_KEY},development-{MASTER_KEY}", "PHI_MASTER_KEYS holds a development key"),
            ("PHI_MASTER_KEYS", f"{MASTER_KEY},secret", "PHI_MASTER_KEYS must be 32 random bytes each"),
            ("PHI_MASTER_KEYS", b64encode(bytes(32)).decode(), "PHI_MASTER_KEYS must be 32 random bytes each"),
            ("PHI_MASTER_KEYS", b64encode(bytes(range(31))).decode(), "PHI_MASTER_KEYS must be 32 random bytes each"),
            ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS is missing"),
            ("CLERK_JWT_KEY", "", "CLERK_JWT_KEY (or CLERK_JWKS_URL) is missing"),
            ("CLERK_ISSUER", "", "CLERK_ISSUER is missing"),
            ("QSTASH_TOKEN", "", "QSTASH_TOKEN is missing"),
            ("QSTASH_CURRENT_SIGNING_KEY", "", "QSTASH_CURRENT_SIGNING_KEY is missing"),
            ("PUBLIC_BASE_URL", "", "PUBLIC_BASE_URL is missing"),
        ],
    )
    def test_what_is_missing_or_unsafe_is_named_alone(self, dotenv, name, value, sentence):
        (said,) = problems({**PRODUCTION, name: value}, dotenv)
        assert said.startswith(sentence)
        assert said.endswith(".")

    @pytest.mark.parametrize("name", ["QSTASH_TOKEN", "QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY"])
    @pytest.mark.parametrize("key", sorted(PUBLIC_QSTASH_KEYS), ids=["user", "next", "current"])
    def test_a_key_that_everybody_knows_is_refused(self, dotenv, name, key):
        assert problems({**PRODUCTION, name: key}, dotenv) == [
            "A QSTASH_ key is the public one of QStash's development server: anybody could sign callbacks."
        ]

    def test_the_other_ways_to_say_it_are_accepted(self, dotenv):
        given = {**PRODUCTION, "CLERK_JWKS_URL": "https://clerk.curaway.ai/jwks", "QSTASH_SIGNING_KEY": "sig_mine"}
        del given["CLERK_JWT_KEY"], given["QSTASH_CURRENT_SIGNING_KEY"]
        assert load(given, dotenv).signing_keys == ("sig_mine",)

    def test_no_secret_is_made(self, dotenv, monkeypatch):
        monkeypatch.setattr(environment, "_local_secrets", lambda _: pytest.fail("made a secret"))
        load(PRODUCTION, dotenv)

    @pytest.mark.parametrize("name", ["SECRET_KEY", "QSTASH_TOKEN", "PORT", "DATABASE_URL"])
    def test_no_value_is_repeated(self, dotenv, name):
        with pytest.raises(SettingsRefused) as refused:
            database(load({**PRODUCTION, "DEBUG": "on", "DATA_DIR": str(dotenv.parent), name: "hunter2"}, dotenv))
            load({**PRODUCTION, name: "hunter2", "CLERK_ISSUER": ""}, dotenv)
        assert "hunter2" not in str(refused.value)


class TestDatabase:
    def test_the_address_is_taken_apart(self, read):
        django = database(read(DATABASE_URL="postgresql://us%40er:p%2Fw@db.internal:5433/cur%20away?sslmode=require"))
        assert (django["USER"], django["PASSWORD"], django["NAME"]) == ("us@er", "p/w", "cur away")
        assert (django["HOST"], django["PORT"], django["OPTIONS"]["sslmode"]) == ("db.internal", "5433", "require")

    def test_what_the_address_says_wins_over_our_choice(self, read):
        url = "postgres://u@db.internal/curaway?application_name=blue&connect_timeout=2"
        options = database(read(DATABASE_URL=url))["OPTIONS"]
        assert options == {**CONNECTION, "application_name": "blue", "connect_timeout": "2"}

    @pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "sqlite:///hunter2", "hunter2", "postgres://h:hunter2/d"])
    def test_what_is_not_postgres_is_refused(self, read, url):
        with pytest.raises(SettingsRefused, match="DATABASE_URL must look like postgres://") as refused:
            database(read(DATABASE_URL=url))
        assert "hunter2" not in str(refused.value)


class TestProcess:
    """The server started as an operator would start it."""

    def start(self, **given: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if name not in Environment.__dataclass_fields__}
        return subprocess.run(
            [sys.executable, "-m", "uvicorn", "curaway.asgi:application", "--port", "1"],
            cwd=ROOT,
            env={**inherited, "DATABASE_URL": PRODUCTION["DATABASE_URL"], **given},
            capture_output=True,
            text=True,
            timeout=60,
        )

    def test_it_does_not_start_unsafely_and_says_why_in_sentences(self):
        ended = self.start(DEBUG="off", SECRET_KEY="hunter2")
        assert ended.returncode == 1
        said = [line for line in ended.stderr.splitlines() if "start" in line or line.startswith("  -")]
        assert said[0] == "Curaway does not start:"
        assert [line.split()[1] for line in said[1:]] == [
            "SECRET_KEY",
            "PHI_MASTER_KEYS",
            "ALLOWED_HOSTS",
            "CLERK_JWT_KEY",
            "CLERK_ISSUER",
            "QSTASH_TOKEN",
            "QSTASH_CURRENT_SIGNING_KEY",
            "PUBLIC_BASE_URL",
        ]
        assert "Traceback" not in ended.stderr
        assert "hunter2" not in ended.stderr + ended.stdout

    def test_a_value_that_cannot_be_used_ends_it_too(self, tmp_path):
        ended = self.start(DEBUG="on", DATA_DIR=str(tmp_path), DATABASE_CONNECTIONS="many")
        assert (ended.returncode, ended.stderr) == (
            1,
            "Curaway does not start:\n  - DATABASE_CONNECTIONS must be a whole number\n",
        )
