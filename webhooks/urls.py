"""The paths that QStash calls."""

from __future__ import annotations

from django.urls import path

from webhooks import api, notification_api, queue_api

urlpatterns = [
    path("webhooks/qstash/document-parse", api.document_parse),
    path("webhooks/qstash/clinical-extract", api.clinical_extract),
    path("webhooks/qstash/notification", notification_api.notification),
    path("webhooks/qstash/failed", queue_api.failed),
    path("webhooks/qstash/sweep", queue_api.sweep),
]
