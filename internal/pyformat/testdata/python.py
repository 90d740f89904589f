"""Writes python.json: values formatted by specs in Python 3.11.

Intended differences of the package are left out: floats without a verb, bools,
strings in hex, years with less than four digits.
"""
import datetime
import itertools
import json
import os

os.environ["TZ"] = "UTC"

vectors = []


def add(kind, text, value, spec):
    try:
        want = format(value, spec)
    except (ValueError, OverflowError):
        want = None
    vectors.append([kind, text, spec, want])


INTS = [0, 7, -42, 65, 1234567, -9223372036854775808, 18446744073709551615]
for n, verb, rest in itertools.product(INTS, ["", *"dboxXcnsefg%"], [
    "", "+", " ", "-", "#", "05", "#012", "*^21", "<9", "=+9", "x=8", "_", ",", "012,", "030_", "+#031_", "0>20,", "0=20,", ".2",
]):
    add("int", str(n), n, rest + verb)

FLOATS = ["0.0", "-0.0", "0.5", "1.5", "2.675", "-3.14159", "1234567.891", "1e-07", "1e+20", "123456789012345680.0",
          "5e-324", "1.7976931348623157e+308", "nan", "inf", "-inf", "100000.0", "1000000.0", "999999.5", "9.5", "0.0001", "0.00001"]
for f, verb, rest in itertools.product(FLOATS, "eEfFgGn%", [
    "", ".0", ".1", ".3", ".17", "+", " ", "#", "#.0", "#.3", "012", "+012.2", ",", "_.1", "020,.2", "*^+20.2", "<15", "=15.1",
]):
    add("float", f, float(f), rest + verb)
for f in FLOATS:
    for verb in "dboxXcs":
        add("float", f, float(f), verb)

for s, verb, rest in itertools.product(["", "ab", "日本語", "ä\U0001f600x"], ["", "s", "d", "f", "c"], [
    "", "5", "05", ">5", "^6", "^7", "ä<5", "日^6", ".2", "6.1", ".0", "+", " ", "#", ",", "_", "=5", "\U0001f600>4.1", "{<4", "}^4",
]):
    add("string", s, s, rest + verb)

TIMES = ["2024-02-29 13:37:42.005000+00:00", "2024-12-30 00:00:00.999999+05:30", "2023-01-01 12:00:00-08:00",
         "2021-01-03 23:59:59.000001+02:00", "1970-01-01 00:30:00+00:00", "1999-12-31 01:02:03-00:01", "9999-12-31 09:09:09+01:02:03"]
for t in TIMES:
    value = datetime.datetime.fromisoformat(t)
    vectors.append(["time", t, "", str(value)])
    for directive in "YmdHIMSfjybBaApzUWwuVGcxXeDFTRnt%":
        add("time", t, value, "%" + directive)
    add("time", t, value, "a%Yä%%%n%")

with open(os.path.join(os.path.dirname(__file__), "python.json"), "w", encoding="utf-8") as out:
    out.write("[\n" + ",\n".join(json.dumps(v, ensure_ascii=False) for v in vectors) + "\n]\n")
print(len(vectors))
