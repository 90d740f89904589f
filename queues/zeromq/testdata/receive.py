"""Receives records by Python Logbook's ZeroMQSubscriber, and prints what a handler shows,
and the record as Logbook exports it, until its input ends."""
import json
import os
import sys
import threading

import logbook
from logbook.queues import ZeroMQSubscriber

mode, address = sys.argv[1:]


class ShowingHandler(logbook.Handler):
    def emit(self, record):
        exported = record.to_dict(json_safe=True)
        # Logbook 1.5 itself omits leading zeros of the microseconds.
        exported["time"] = record.time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        print(json.dumps({
            "Text": "{} {} {}".format(record.level_name, record.channel, record.message),
            "Record": json.dumps(exported),
        }))
        sys.stdout.flush()


threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
subscriber = ZeroMQSubscriber(address, multi=mode == "push")
with ShowingHandler().applicationbound():
    subscriber.dispatch_forever()
