"""The Celery application. Its configuration is read when it is first used, not at import."""

import ssl
from typing import Any

from celery import Celery

from dialer.config import Settings
from dialer.queues import Job, Queue
from workers.process import settings

app = Celery(
    "dialer", set_as_current=True, include=["workers.tasks", "workers.measuring", "workers.telling", "workers.watchdog"]
)


def _every(seconds: float, job: Job) -> dict[str, Any]:
    return {"task": job.value, "schedule": seconds, "options": {"queue": job.queue.value}}


def broker_tls(settings: Settings) -> dict[str, Any] | None:
    """How the broker proves itself. Flower reads this and nothing of it in the URL; None: no TLS."""
    if not (settings.redis_url or "").startswith("rediss://"):
        return None
    ca_file = settings.redis_ca_file
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, **({} if ca_file is None else {"ssl_ca_certs": str(ca_file)})}


def _configuration() -> dict[str, Any]:
    return {
        "broker_url": settings().redis_url,
        "broker_use_ssl": broker_tls(settings()),
        "broker_connection_retry_on_startup": True,
        # Jobs are nudges: one that is lost costs a second, so none needs to be kept until it is done.
        "task_acks_late": False,
        "worker_prefetch_multiplier": 1,
        "task_ignore_result": True,
        "task_default_queue": Queue.CONTROL.value,
        "task_create_missing_queues": True,
        "worker_hijack_root_logger": False,
        "broker_transport_options": {
            "visibility_timeout": 3600,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
        "timezone": "UTC",
        "beat_scheduler": "workers.beat:SteadyScheduler",
        "beat_max_loop_interval": 1,
        # What the API begins is nudged by it, and nudges itself on: here beat only finds what a lost nudge has left.
        "beat_schedule": {
            "dispatch": _every(1.0, Job.DISPATCH),
            "reconcile": _every(2.0, Job.RECONCILE),
            "imports": _every(5.0, Job.WORK_ON_IMPORTS),
            "exports": _every(5.0, Job.WORK_ON_EXPORTS),
            "old-exports": _every(600.0, Job.EXPIRE_EXPORTS),
            "webhooks": _every(1.0, Job.DELIVER_WEBHOOKS),
            "old-deliveries": _every(3600.0, Job.FORGET_DELIVERIES),
            "withdraw-expired": _every(5.0, Job.WITHDRAW_EXPIRED),
            "withdrawals": _every(5.0, Job.WORK_ON_WITHDRAWALS),
            "requeues": _every(5.0, Job.WORK_ON_REQUEUES),
            "fold-counts": _every(5.0, Job.FOLD_COUNTS),
            "correct-outcomes": _every(10.0, Job.CORRECT_OUTCOMES),
            "leaked-slots": _every(30.0, Job.FREE_LEAKED_SLOTS),
            "stale-uploads": _every(60.0, Job.FAIL_STALE_UPLOADS),
            "old-calls": _every(10.0, Job.FORGET_CALLS),
            "old-sessions": _every(3600.0, Job.FORGET_SESSIONS),
        },
    }


app.add_defaults(_configuration)
