"""Which page a browser's request comes from."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest

from curaway.portal.errors import CrossSite


def refuse_other_pages(request: HttpRequest) -> None:
    """Raises `CrossSite` when a browser says that another site's page asks; a program that is none says nothing.

    `Sec-Fetch-Site` cannot be set by a page, and holds behind the development server's proxy, where `Origin` is
    not ours. Browsers leave it out on plain http to a name that is not this machine's.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        foreign = site != "same-origin"
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.get_host()
    if foreign:
        raise CrossSite
