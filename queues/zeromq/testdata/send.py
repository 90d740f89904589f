"""Sends records by Python Logbook's ZeroMQHandler, and prints each as it was sent. Before,
it sends probes until there is input."""
import json
import select
import sys
from datetime import datetime

import logbook
from logbook.queues import ZeroMQHandler

mode, address = sys.argv[1:]
show = False


class ShowingHandler(ZeroMQHandler):
    def export_record(self, record):
        exported = super().export_record(record)
        if show:
            print(json.dumps(exported))
        return exported


logbook.set_datetime_format("utc")
handler = ShowingHandler(address, multi=mode == "push")
with handler.applicationbound():
    log = logbook.Logger("app.gö")
    while not select.select([sys.stdin], [], [], 0.01)[0]:
        log.info("probe")
    show = True
    log.info("hello wörld \U0001f389")
    log.warn("{} is {age}", "bob", age=42, extra={"when": datetime(2024, 2, 29), "nested": {"list": [1, 2.5, None, True]}})
    log.debug("nan", extra={"nan": float("nan"), "big": 2**70})
    log.notice("tabs\t and \x00\x1b\u2028")
    try:
        raise ValueError("bäd")
    except ValueError:
        log.exception("failed")
    log.critical("end of it")
print("end")
sys.stdout.flush()
sys.stdin.read()
handler.close()
handler.context.term()
