"""Reads records, one JSON object a line, hands each to Python Logbook's dispatch
and writes what its handler saw, and the record as Logbook exports it."""
import json
import sys

import logbook

handler = logbook.TestHandler()
with handler.applicationbound():
    for line in sys.stdin:
        record = logbook.LogRecord.from_dict(json.loads(line))
        logbook.dispatch_record(record)
        json.dump({
            "text": handler.formatted_records[-1],
            "level": record.level_name,
            "time": record.time.isoformat(),
            "record": json.dumps(record.to_dict(json_safe=True)),
        }, sys.stdout)
        print()
