import uuid

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import events.access_records.models
import events.models
import events.registry
import events.sealing.patient_key
import events.sealing.sealed_field
from events.access_records import database_rules as access_records
from events.access_records.database_rules import COMPLETED_ONCE_SQL
from events.database_rules import APPEND_ONLY_SQL, POSITION_SQL, REVERSE_SQL, streamed_sql
from events.operations.control import FIRST_CONTROL_SQL
from events.operations.log_epoch import FIRST_EPOCH_SQL


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=events.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("event_type", models.CharField(choices=events.registry.choices, max_length=100)),
                ("tenant_id", models.CharField(max_length=100)),
                ("actor_id", models.CharField(blank=True, max_length=100, null=True)),
                ("patient_id", models.CharField(blank=True, max_length=100, null=True)),
                ("payload", events.sealing.sealed_field.SealedPayload()),
                ("correlation_id", models.CharField(max_length=100)),
                ("locale", models.CharField(blank=True, max_length=10, null=True)),
                ("source_service", models.CharField(blank=True, max_length=50, null=True)),
                ("api_version", models.CharField(db_default="v1", default="v1", max_length=10)),
                ("client_type", models.CharField(blank=True, max_length=20, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("position", models.BigIntegerField(blank=True, db_default=None, null=True)),
                ("link", models.BigIntegerField(db_default=0, editable=False)),
                ("hash", models.BinaryField(db_default=b"")),
            ],
            options={
                "db_table": "events",
                "ordering": ["-created_at", "-id"],
                "permissions": [("view_phi", "Can see protected health information of events")],
                "indexes": [
                    models.Index(fields=["patient_id", "created_at"], name="events_patient_created"),
                    models.Index(fields=["event_type", "created_at"], name="events_type_created"),
                    models.Index(fields=["tenant_id", "created_at"], name="events_tenant_created"),
                    models.Index(fields=["correlation_id"], name="events_correlation"),
                    models.Index(fields=["-created_at", "-id"], name="events_newest_first"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id", "patient_id", "position"), name="events_position")
                ],
            },
        ),
        migrations.CreateModel(
            name="StreamHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("tenant_id", models.CharField(max_length=100)),
                ("patient_id", models.CharField(max_length=100)),
                ("position", models.BigIntegerField()),
                ("link", models.BigIntegerField(db_default=0)),
                ("hash", models.BinaryField(db_default=b"")),
            ],
            options={
                "db_table": "events_streamhead",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id", "patient_id"), name="events_streamhead_patient")
                ],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.UUIDField(default=events.models.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("kind", models.CharField(choices=events.models.job_choices, max_length=50)),
                ("tenant_id", models.CharField(max_length=100)),
                ("patient_id", models.CharField(max_length=100)),
                ("correlation_id", models.CharField(max_length=100)),
                ("body", models.JSONField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("published", "Published"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=20,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("deliveries", models.PositiveIntegerField(default=0)),
                ("message_id", models.CharField(blank=True, max_length=200)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                ("traceparent", models.CharField(blank=True, db_default="", default="", max_length=55)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "db_table": "events_job",
                "ordering": ["-created_at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "published"])),
                        fields=["due_at"],
                        name="events_job_due",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "published"])),
                        fields=["tenant_id", "patient_id"],
                        name="events_job_open",
                    ),
                    models.Index(fields=["correlation_id"], name="events_job_correlation"),
                    models.Index(fields=["-created_at", "-id"], name="events_job_newest_first"),
                    models.Index(
                        condition=models.Q(("status", "failed")), fields=["-created_at"], name="events_job_failed"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Control",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("streaming_off_since", models.DateTimeField(blank=True, null=True)),
                ("streaming_off_by", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("watched_until", models.DateTimeField(blank=True, null=True)),
                ("watched_patient", models.CharField(blank=True, db_default="", default="", max_length=100)),
            ],
            options={
                "db_table": "events_control",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="events_control_is_one")],
            },
        ),
        migrations.CreateModel(
            name="LogEpoch",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("epoch", models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID())),
                ("began_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "events_logepoch",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="events_logepoch_is_one")],
            },
        ),
        migrations.CreateModel(
            name="ServerProcess",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("reported_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("is_draining", models.BooleanField(db_default=False, default=False)),
                ("open_streams", models.PositiveIntegerField(db_default=0, default=0)),
                ("waiting_polls", models.PositiveIntegerField(db_default=0, default=0)),
                ("streams", models.JSONField(default=list)),
                ("drain_ordered", models.BooleanField(db_default=False, default=False)),
                ("ends_ordered", models.JSONField(default=list)),
            ],
            options={
                "verbose_name": "live streams",
                "verbose_name_plural": "live streams",
                "db_table": "events_process",
                "ordering": ["name"],
                "default_permissions": ("view", "change"),
            },
        ),
        migrations.CreateModel(
            name="JobBoard",
            fields=[],
            options={
                "verbose_name": "job board",
                "verbose_name_plural": "job board",
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("events.job",),
        ),
        migrations.CreateModel(
            name="Replay",
            fields=[],
            options={
                "verbose_name": "replay",
                "verbose_name_plural": "replay",
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("events.event",),
        ),
        migrations.RunSQL([FIRST_EPOCH_SQL, FIRST_CONTROL_SQL], migrations.RunSQL.noop),
        migrations.CreateModel(
            name="PatientKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=events.sealing.patient_key.new_key_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tenant_id", models.CharField(max_length=100)),
                ("patient_id", models.CharField(max_length=100)),
                ("wrapped", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("destroyed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "events_patientkey",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id", "patient_id"), name="events_patientkey_patient")
                ],
            },
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("tenant_id", models.CharField(max_length=100)),
                ("patient_id", models.CharField(max_length=100)),
                ("link", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("signed_by", models.BinaryField()),
                ("signature", models.BinaryField()),
            ],
            options={
                "db_table": "events_checkpoint",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id", "patient_id", "link"), name="events_checkpoint_link")
                ],
            },
        ),
        # The list of streamed types is made again after every migrate; see events.database_rules.
        migrations.RunSQL([streamed_sql(), POSITION_SQL, APPEND_ONLY_SQL], REVERSE_SQL),
        migrations.CreateModel(
            name="AccessRecord",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("tenant_id", models.CharField(max_length=100)),
                ("patient_id", models.CharField(max_length=100)),
                ("actor_id", models.CharField(help_text="The token's subject.", max_length=100)),
                ("role", models.CharField(max_length=50)),
                ("correlation_id", models.CharField(max_length=100)),
                ("process", models.UUIDField()),
                ("process_name", models.CharField(max_length=200)),
                ("position_from", models.BigIntegerField()),
                ("position_to", models.BigIntegerField(blank=True, null=True)),
                ("opened_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    models.CharField(blank=True, choices=events.access_records.models.Ending.choices, max_length=20),
                ),
            ],
            options={
                "db_table": "events_accessrecord",
                "ordering": ["-opened_at", "-id"],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["-opened_at", "-id"], name="events_access_newest_first"),
                    models.Index(fields=["patient_id", "-opened_at"], name="events_access_patient"),
                    models.Index(fields=["actor_id", "-opened_at"], name="events_access_actor"),
                    models.Index(condition=models.Q(("ended_at", None)), fields=["process"], name="events_access_open"),
                ],
            },
        ),
        migrations.RunSQL(COMPLETED_ONCE_SQL, access_records.REVERSE_SQL),
    ]
