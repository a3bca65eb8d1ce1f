"""Draws payloads as PNG with segno, one after the other, and says how many a second."""

import io
import json
import sys
import time

import segno

task = json.load(sys.stdin)
began = time.perf_counter()
done = 0
while time.perf_counter() - began < task["seconds"]:
    for payload in task["payloads"]:
        segno.make_qr(payload, error="m", boost_error=False).save(io.BytesIO(), kind="png", scale=8, border=4)
    done += len(task["payloads"])
print(int(done / (time.perf_counter() - began)))
