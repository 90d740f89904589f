# Writes and reads tickets of a database with Python Logbook: one command a line from standard
# input, one answer a line in JSON on standard output.
import json
import sys

import sqlalchemy

# Logbook passes arguments that SQLAlchemy 1.4 refuses for SQLite.
create_engine = sqlalchemy.create_engine


def patched(uri, pool_size=None, convert_unicode=None, **options):
    return create_engine(uri, **options)


sqlalchemy.create_engine = patched

import logbook
from logbook.ticketing import TicketingHandler

log = logbook.Logger("shared")
handler = TicketingHandler("sqlite:///" + sys.argv[1], app_id="lab")


def record(text):
    with handler.applicationbound():
        log.error("failure {}", text)


def tickets():
    answer = []
    for t in handler.db.get_tickets():
        occurrences = t.get_occurrences(limit=1000)
        answer.append({
            "id": t.ticket_id, "count": t.occurrence_count, "solved": bool(t.solved), "channel": t.channel, "location": t.location,
            "app": t.app_id, "occurrences": len(occurrences), "last": occurrences[0].message if occurrences else None,
        })
    return answer


answer = None
for line in sys.stdin:
    command, _, argument = line.strip().partition(" ")
    if command == "record":
        for _ in range(int(argument)):
            record(argument)
        answer = None
    elif command == "tickets":
        answer = tickets()
    elif command == "solve":
        handler.db.solve_ticket(int(argument))
    elif command == "delete":
        handler.db.delete_ticket(int(argument))
    print(json.dumps(answer), flush=True)
