"""Writes a pickle of one log record in hexadecimal for each protocol from 1 to the highest.

It runs with Python 2.7 and 3. Python's SocketHandler uses protocol 1.
"""

import binascii
import datetime
import decimal
import logging
import pickle
import sys
import uuid
from collections import OrderedDict


class Gauge(object):
    def __init__(self):
        self.parent = self
        self.values = [1, 2]


shared = ["shared"]
gauge = Gauge()
record = logging.LogRecord("lab", 20, "/srv/lab.py", 7, "h\u00e9llo" if sys.version_info[0] > 2 else u"h\u00e9llo", None, None)
d = dict(record.__dict__)
d.update(
    text=u"\u6f22\U0001f321", empty=u"", long=u"x" * 300, raw=b"\x00\xff" if sys.version_info[0] > 2 else bytearray(b"\x00\xff"), noraw=b"" if sys.version_info[0] > 2 else u"",
    yes=True, no=False, none=None, ratio=0.1, inf=float("inf"),
    small=-1, word=300, int31=70000, int63=2 ** 62, negative=-(2 ** 40), huge=2 ** 100, lowest=-(2 ** 63), below=-(2 ** 63) - 1,
    list=[1, [2, [3]]], tuple=(1, 2, 3, 4), pair=(1, 2), one=(1,), none_of=(), dict={u"a": {u"b": ()}}, many=list(range(1100)),
    shared=[shared, shared, (shared, shared)],
    at=datetime.datetime(2024, 2, 29), id=uuid.UUID(int=5), set={1, 2}, frozen=frozenset([1]), order=OrderedDict([(u"a", shared)]),
    price=decimal.Decimal("1.5"), gauge=gauge, gauges=[gauge, Gauge], function=binascii.hexlify,
)
for protocol in range(1, pickle.HIGHEST_PROTOCOL + 1):
    print(binascii.hexlify(pickle.dumps(d, protocol)).decode("ascii"))
