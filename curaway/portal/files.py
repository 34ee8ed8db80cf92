"""Static files: the admin's and Swagger's under /static/, the portal's hashed ones under /assets/."""

from __future__ import annotations

from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

PREFIX = "/assets/"
YEAR = "public, max-age=31536000, immutable"


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # published without types
    """WhiteNoise, with the portal's assets besides, compressed when they were built."""

    def __init__(self, get_response: Any = None) -> None:
        super().__init__(get_response)
        assets = settings.PORTAL / "assets"
        if assets.is_dir() or self.autorefresh:
            self.add_files(assets, prefix=PREFIX)

    def add_cache_headers(self, headers: Headers, path: str, url: str) -> None:
        if url.startswith(PREFIX):
            headers["Cache-Control"] = YEAR
        else:
            super().add_cache_headers(headers, path, url)

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        """The file's bytes in one piece: WhiteNoise's own answer is a stream, a second wait for a worker."""
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file:
                body = found.file.read()
        response = HttpResponse(body, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response
