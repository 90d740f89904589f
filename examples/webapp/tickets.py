"""Logs failures to a database of tickets with Python's Logbook, beside a Go program."""

import sys

import sqlalchemy

# Logbook passes options that SQLAlchemy 1.4 refuses for SQLite.
create_engine = sqlalchemy.create_engine


def patched(uri, pool_size=None, convert_unicode=None, **options):
    return create_engine(uri, **options)


sqlalchemy.create_engine = patched

import logbook
from logbook.ticketing import TicketingHandler

log = logbook.Logger("reports")
with TicketingHandler("sqlite:///" + sys.argv[1], app_id="python").applicationbound():
    for n in 3, 0, 7, 0:
        try:
            print("mean of", n, "values:", 21 / n)
        except ZeroDivisionError:
            log.exception("no mean of {} values", n)
