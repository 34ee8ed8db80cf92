"""The keys: whose tokens and whose callbacks would be accepted."""

from __future__ import annotations

import httpx

from curaway.doctor.finding import Finding, fail, ok, warn
from curaway.environment import PUBLIC_QSTASH_KEYS, Environment
from curaway.qstash import PUBLIC_QSTASH_URL
from curaway.signing_keys import KeySet, PemKey, SigningKeysUnavailable

ASK_SECONDS = 5.0


def session_keys(environment: Environment) -> Finding:
    """Whether a token of Clerk's could be verified."""
    if not environment.clerk_configured:
        # Only with DEBUG on: the process does not start without it.
        return ok("session keys", "this machine's own, for development")
    try:
        if environment.CLERK_JWT_KEY:
            PemKey(environment.CLERK_JWT_KEY)
            return ok("session keys", "one PEM key, no network call")
        KeySet(environment.CLERK_JWKS_URL).find("doctor")
    except ValueError:
        return fail("session keys", "CLERK_JWT_KEY is not an RSA public key in PEM", "copy it from Clerk's API keys")
    except SigningKeysUnavailable:
        return fail(
            "session keys", "CLERK_JWKS_URL does not answer with a key", "check the address, or use the PEM key"
        )
    return ok("session keys", "CLERK_JWKS_URL answers with keys")


def authorized_parties(environment: Environment) -> Finding:
    """Whether a token made for another application of the same Clerk account would be refused."""
    if environment.CLERK_AUTHORIZED_PARTIES or not environment.clerk_configured:
        return ok("authorized parties", ", ".join(environment.CLERK_AUTHORIZED_PARTIES) or "none: no Clerk")
    return warn(
        "authorized parties",
        "none: tokens of any application of your Clerk account are accepted",
        "set CLERK_AUTHORIZED_PARTIES to the origins of your own",
    )


def callback_keys(environment: Environment) -> Finding:
    """Whether callbacks would be accepted: the signing keys here against those QStash signs with."""
    ours = environment.signing_keys
    if not ours:
        return fail("callback keys", "none: every callback is refused", "set QSTASH_CURRENT_SIGNING_KEY")
    if not environment.DEBUG and PUBLIC_QSTASH_KEYS & set(ours):
        return fail(
            "callback keys", "one is the development server's, which everybody knows", "copy those of your account"
        )
    theirs = _asked(environment)
    if theirs is None:
        return warn("callback keys", f"{len(ours)} set; QStash could not be asked for its own", "check QSTASH_TOKEN")
    if theirs["current"] not in ours:
        return fail(
            "callback keys",
            "QStash signs with a key that is not set here: every callback is refused",
            "set QSTASH_CURRENT_SIGNING_KEY and QSTASH_NEXT_SIGNING_KEY to what QStash's console shows",
        )
    if theirs["next"] not in ours:
        return warn("callback keys", "the next one is not set", "set QSTASH_NEXT_SIGNING_KEY before keys are rotated")
    return ok("callback keys", "both are the ones QStash signs with")


def _asked(environment: Environment) -> dict[str, str] | None:
    base = environment.QSTASH_URL or PUBLIC_QSTASH_URL
    headers = {"Authorization": f"Bearer {environment.QSTASH_TOKEN}"}
    try:
        answer = httpx.get(f"{base}/v2/keys", headers=headers, timeout=ASK_SECONDS).raise_for_status().json()
        return {"current": str(answer["current"]), "next": str(answer["next"])}
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None
