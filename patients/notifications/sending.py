"""Handing a mail to the mail server."""

from __future__ import annotations

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from patients.notifications.message import Mail

FOR_GOOD = 500
"""SMTP's codes from here on are final; those below ask to come again."""


class MailRefused(Exception):
    """This mail will never be taken, at least not for this address; the text is the fault's class."""


class MailUnavailable(Exception):
    """The mail server can't be reached, or not now; the text is the fault's class."""


def is_set_up() -> bool:
    """Whether there is anywhere to send mail to: a server, or in development the console."""
    return bool(settings.ENVIRONMENT.EMAIL_HOST) or settings.ENVIRONMENT.DEBUG


def send(mail: Mail, *, to: str, notification_id: str) -> None:
    """Hand the mail over; raises `MailRefused` or `MailUnavailable`.

    Its Message-ID is always the same: when a crash makes it leave twice, a mailbox can tell that it is one.
    """
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[to],
        headers={
            "Message-ID": f"<{notification_id}@{sender.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except smtplib.SMTPException as fault:
        raise _meant(fault) from None
    except ValueError as fault:
        # An address or header that can't be written down: no server would change that.
        raise MailRefused(type(fault).__name__) from None
    except OSError as fault:
        raise MailUnavailable(type(fault).__name__) from None


def _meant(fault: smtplib.SMTPException) -> MailRefused | MailUnavailable:
    """The texts quote addresses and are dropped. A refused sender or login is ours to mend: it may work later."""
    final = False
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        final = all(code >= FOR_GOOD for code, _ in fault.recipients.values())
    elif isinstance(fault, smtplib.SMTPDataError):
        final = fault.smtp_code >= FOR_GOOD
    return (MailRefused if final else MailUnavailable)(type(fault).__name__)
