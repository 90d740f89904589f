"""The receiver of Python's logging cookbook, for one connection. It prints its port, and
then a line of JSON for each record: the fields with their types, and the record as a
Formatter shows it.
"""

import json
import logging
import pickle
import struct
import sys

try:
    import socketserver
except ImportError:
    import SocketServer as socketserver

formatter = logging.Formatter("%(name)s %(levelname)s %(process)d %(threadName)s %(filename)s:%(lineno)d %(funcName)s %(message)s")


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            chunk = self.rfile.read(4)
            if len(chunk) < 4:
                return
            data = self.rfile.read(struct.unpack(">L", chunk)[0])
            record = logging.makeLogRecord(pickle.loads(data))
            fields = {}
            for key, value in record.__dict__.items():
                fields[key] = [type(value).__name__, repr(value)]
            print(json.dumps({"fields": fields, "text": formatter.format(record), "time": formatter.formatTime(record)}))


server = socketserver.TCPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1])
sys.stdout.flush()
server.handle_request()
server.server_close()
