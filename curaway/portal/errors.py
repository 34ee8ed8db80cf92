"""What the portal's own routes refuse."""

from __future__ import annotations

from curaway.errors import AppError


class CrossSite(AppError):
    """Only pages of this server may ask for this."""

    code = "AUTH_CROSS_SITE_001"
    status = 403
