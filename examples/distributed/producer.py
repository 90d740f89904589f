"""Logs a number of records to a collector over ZeroMQ, with Python's Logbook."""

import sys

import logbook
from logbook.queues import ZeroMQHandler

address, n = sys.argv[1], int(sys.argv[2])
handler = ZeroMQHandler(address, multi=True)
log = logbook.Logger("python")
with handler.applicationbound():
    for i in range(n):
        log.info("measured {} volts", i)
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("the last one failed")
handler.close()
