"""Logs with Python Logbook, and prints each record as a line of JSON."""
import json
import sys

import logbook


class PrintHandler(logbook.Handler):
    def emit(self, record):
        print(json.dumps(record.to_dict(json_safe=True)))


with PrintHandler().applicationbound():
    log = logbook.Logger("python")
    log.warn("{item} sold out", item="tea", extra={"left": 0})
    try:
        sys.intern(None)
    except TypeError:
        log.exception("failed")
