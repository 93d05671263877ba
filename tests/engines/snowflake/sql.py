"""Statements of Snowflake in fakesnow, which turns them into DuckDB's: it shows that they are Snowflake's (every one is parsed by
sqlglot) and that they are put together rightly, and nothing about where Snowflake itself differs from DuckDB.

A statement a line as JSON, its rows a line as JSON, every value written as tests/fixtures/vectors/README.md says."""

import datetime
import decimal
import json
import os
import sys

import fakesnow
import sqlglot
from sqlglot import exp


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
with fakesnow.patch():
    import snowflake.connector

    cursor = snowflake.connector.connect(database="SALES", schema="RAW").cursor()
    print(json.dumps({"ready": fakesnow.__name__}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            statement = json.loads(line)
            parsed = sqlglot.parse_one(statement, read="snowflake")
            if isinstance(parsed, exp.Command):
                raise ValueError("sqlglot does not know this statement")
            cursor.execute(statement)
            answer = {"rows": [[text(value) for value in row] for row in cursor.fetchall()]}
        except Exception as error:
            answer = {"error": str(error)[:4000]}
        print(json.dumps(answer), file=answers, flush=True)
