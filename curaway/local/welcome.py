"""What `make run` tells a person who has never seen the project."""

from typing import Final

from curaway.local.portal import FRONTEND

MARIA: Final = "demo-patient-maria-001"
_TENANT: Final = "tenant-curaway-patients"


def welcome(port: int, *, logins: str, token: str | None) -> str:
    """Where everything is; `logins` is printed as it came, and a missing token is named as such."""
    base = f"http://127.0.0.1:{port}"
    portal = f"{base}/" if (FRONTEND / "dist").exists() else "not built: the first lines above say why"
    bearer = token or "<a Clerk session token>"
    stream = f"{base}/api/v1/patients/{MARIA}/events/stream"
    return f"""
Curaway is ready.

  Portal  {portal}
  Admin   {base}/admin/
  API     {base}/api/v1/docs

{logins}

Maria's events as they happen, in another terminal:

  curl -N -H "Authorization: Bearer {bearer}" -H "X-Tenant-ID: {_TENANT}" {stream}

Ctrl-C ends everything.
"""
