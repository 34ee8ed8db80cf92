"""Where a stream is, taken apart once."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode, urlsplit


class Address(NamedTuple):
    """A URL: where to connect, and what to ask for."""

    host: str
    port: int
    path: str
    """With its query."""
    secure: bool

    @property
    def authority(self) -> str:
        """For the Host header: without the port that is the scheme's own."""
        return self.host if self.port == (443 if self.secure else 80) else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.authority}"

    @property
    def url(self) -> str:
        return f"{self.origin}{self.path}"

    def at(self, path: str) -> Address:
        """Another path of the same server."""
        return self._replace(path=path)

    def through(self, port: int) -> Address:
        """The same path by a proxy on this machine."""
        return Address("127.0.0.1", port, self.path, secure=False)

    def asking(self, **query: str) -> Address:
        """The same with more in its query."""
        joint = "&" if "?" in self.path else "?"
        return self._replace(path=f"{self.path}{joint}{urlencode(query)}")


def address_of(url: str) -> Address:
    """Take a URL apart; raises `ValueError` when it is not one of HTTP."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url} is not a URL of http or https")
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.hostname, parts.port or (443 if secure else 80), path, secure)
