"""gunicorn's threaded worker with a limit on how long a client may take to send the head of a request.

gunicorn reads the head on one of its threads from a blocking socket; without this a client that sends half a head would
hold that thread for as long as it likes.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from service.settings import read_settings


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Waits ``ONRECORD_HEAD_SECONDS`` for a request's head, then ends the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_seconds = read_settings(os.environ).head_seconds

    def handle(self, conn: TConn) -> Any:
        """Serve one request of ``conn``, on one of the worker's threads."""
        timer = threading.Timer(self._head_seconds, _stop, (conn.sock,))
        timer.daemon = True
        conn.head_timer = timer
        timer.start()
        try:
            return super().handle(conn)
        finally:
            timer.cancel()

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """The head has arrived: from here the application's own limits hold."""
        conn.head_timer.cancel()
        return super().handle_request(req, conn)


def _stop(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
