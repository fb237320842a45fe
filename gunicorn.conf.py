"""How gunicorn serves onrecord. Settings come from the environment: docs/settings.md."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

# prometheus_client decides when it is imported whether figures go to files that every worker shares, so the directory
# is named before anything of the service is imported. It is emptied: figures of an earlier run would be added to ours.
_OWNER = "ONRECORD_METRICS_OWNER"
if os.environ.get(_OWNER) != str(os.getpid()):
    _kept = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if _kept:
        shutil.rmtree(_kept, ignore_errors=True)
        Path(_kept).mkdir(parents=True)
    else:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="onrecord-metrics-")
    os.environ[_OWNER] = str(os.getpid())
# With more than one OpenMP thread in the parent, forked workers hang in their first inference.
os.environ["OMP_NUM_THREADS"] = "1"

from service.operations import log_config  # noqa: E402
from service.settings import read_settings  # noqa: E402

_settings = read_settings(os.environ)

bind = f"{_settings.host}:{_settings.port}"
worker_class = "service.worker.PatientWorker"
workers = _settings.workers
threads = _settings.threads
# Connections beyond the threads wait here for a moment only: a thread is free for each article that may wait, and the
# rest refuse at once.
worker_connections = 1000
preload_app = True
# A search in another script takes many bytes of a query: gunicorn's own limit of 4 KB is less than the filters allow.
limit_request_line = 8190
keepalive = 5
# A heartbeat of the worker, not a limit on requests: those are ONRECORD_REQUEST_SECONDS and ONRECORD_BODY_SECONDS.
timeout = 60
graceful_timeout = _settings.request_seconds
logconfig_dict = log_config(_settings.log_level)
accesslog = None
# gunicorn's own control socket is one file for all its instances on a machine.
control_socket_disable = True
# Rolling restarts are for the host: recycling a worker drops what its threads hold.
max_requests = 0


def pre_fork(server: Any, worker: Any) -> None:
    """Keep the garbage collector from touching, and so copying, the pages of the models that workers share."""
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    """Take a dead worker's gauges out of the figures."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Remove the directory of figures."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
