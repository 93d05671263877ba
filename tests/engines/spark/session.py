"""One Spark session: a statement a line as JSON, its rows a line as JSON, every value written as tests/fixtures/vectors/README.md says."""

import datetime
import decimal
import json
import os
import sys

from pyspark.sql import SparkSession

folder = os.getcwd()
session = (
    SparkSession.builder.master("local[2]")
    .config("spark.driver.memory", "900m")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.warehouse.dir", f"file://{folder}/warehouse")
    .config("spark.sql.session.timeZone", "America/New_York")
    .getOrCreate()
)
session.sparkContext.setLogLevel("OFF")


def text(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        written = value.isoformat(sep=" ")
        return written.rstrip("0") if "." in written else written
    return str(value)


answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
print(json.dumps({"ready": session.version}), file=answers, flush=True)
for line in sys.stdin:
    try:
        rows = session.sql(json.loads(line)).collect()
        answer = {"rows": [[text(value) for value in row] for row in rows]}
    except Exception as error:
        answer = {"error": str(error)[:4000]}
    print(json.dumps(answer), file=answers, flush=True)
session.stop()
