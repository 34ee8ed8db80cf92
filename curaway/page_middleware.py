"""Middleware that only pages need: sessions, forms, sign-in by cookie, messages, and what a browser may load.

A program brings a token or a signature with every request and no cookie; looking for one took a tenth of the time
that opening a stream takes.
"""

from __future__ import annotations

import re
from typing import Any

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

PROGRAMS = re.compile(r"/(?:api/(?!v1/docs)|webhooks/|uploads/|health$|ready$|metrics$)")
"""What programs call. Swagger is a page."""


class _OnPages(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if PROGRAMS.match(request.path_info) else super().__call__(request)


class ContentSecurityPolicy(_OnPages, CSPMiddleware):
    pass


class Sessions(_OnPages, SessionMiddleware):
    pass


class Forms(_OnPages, CsrfViewMiddleware):
    """CSRF concerns whoever is known by a cookie, and programs are not."""

    def process_view(self, request: HttpRequest, *view: Any) -> Any:
        return None if PROGRAMS.match(request.path_info) else super().process_view(request, *view)


class SignIn(_OnPages, AuthenticationMiddleware):
    pass


class Messages(_OnPages, MessageMiddleware):
    pass
