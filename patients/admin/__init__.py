"""The admin's view of tenants, their members and patients, and of what is kept of these; only access is changed."""

from __future__ import annotations

from django.contrib import admin

# Django finds an app's pages in this module.
from patients.admin.access_admin import MembershipAdmin, TenantAdmin
from patients.admin.erasure_admin import ErasureAdmin
from patients.admin.patient_admin import ConsentAdmin, PatientAdmin
from patients.admin.record_admin import FhirResourceAdmin
from patients.admin.sign_in import SignIn
from patients.admin.work_admin import DocumentAdmin, MatchAdmin
from patients.notifications.admin import NotificationAdmin

__all__ = [
    "ConsentAdmin",
    "DocumentAdmin",
    "ErasureAdmin",
    "FhirResourceAdmin",
    "MatchAdmin",
    "MembershipAdmin",
    "NotificationAdmin",
    "PatientAdmin",
    "TenantAdmin",
]

admin.site.login_form = SignIn
