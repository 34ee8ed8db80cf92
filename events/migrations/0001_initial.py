import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import events.models
import events.registry
from events.database_rules import APPEND_ONLY_SQL, POSITION_SQL, REVERSE_SQL, streamed_sql


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
                ("payload", models.JSONField()),
                ("correlation_id", models.CharField(max_length=100)),
                ("locale", models.CharField(blank=True, max_length=10, null=True)),
                ("source_service", models.CharField(blank=True, max_length=50, null=True)),
                ("api_version", models.CharField(db_default="v1", default="v1", max_length=10)),
                ("client_type", models.CharField(blank=True, max_length=20, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("position", models.BigIntegerField(blank=True, db_default=None, null=True)),
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
                ],
            },
        ),
        # The list of streamed types is made again after every migrate; see events.database_rules.
        migrations.RunSQL([streamed_sql(), POSITION_SQL, APPEND_ONLY_SQL], REVERSE_SQL),
    ]
