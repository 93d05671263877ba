/**
 * The job that cleans the records of a run in Spark: it runs the statements that were generated for them, writes the rows, counts what it has
 * written by reading it again, and says so in a file that is whole or not there. Whoever runs it again makes the same anew.
 */
export const recipeJob = `"""Cleans the records of one file as Pallet has cleaned them. Written by Pallet."""
import argparse
import json
import os

from pyspark.sql import SparkSession

parser = argparse.ArgumentParser()
parser.add_argument("--script", required=True)
parser.add_argument("--name", required=True)
parser.add_argument("--rows", required=True)
parser.add_argument("--held", required=True)
parser.add_argument("--result", required=True)
asked = parser.parse_args()


def say(result):
    with open(asked.result + ".part", "w", encoding="utf-8") as file:
        json.dump(result, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(asked.result + ".part", asked.result)


session = SparkSession.builder.getOrCreate()
context = session.sparkContext


def write(table, where):
    session.table(table).write.mode("overwrite").parquet(where)
    return session.read.parquet(where)


# No text of a statement has a line end, so that one ends where a line does.
with open(asked.script, encoding="utf-8") as file:
    lines = [line for line in file.read().split("\\n") if not line.startswith("-- ")]
statements = [one for one in "\\n".join(lines).split(";\\n") if one.strip()]
context.setJobDescription("cleans the records")
for statement in statements:
    if not statement.lstrip().startswith("SELECT "):
        session.sql(statement)
read = session.table(asked.name + "_judged").count()
verdict = session.sql("SELECT may_be_taken, verdict FROM " + asked.name + "_verdict").first()
if not verdict["may_be_taken"]:
    say({"read": read, "problem": verdict["verdict"]})
    raise SystemExit(verdict["verdict"])
context.setJobDescription("writes the rows")
delivered = write(asked.name + "_clean", asked.rows)
context.setJobDescription("writes what is held back")
held = write(asked.name + "_held", asked.held)
context.setJobDescription("counts what is written")
say(
    {
        "read": read,
        "delivered": delivered.count(),
        "held": held.select("rec").distinct().count(),
        "at": asked.rows,
    }
)
for view in ["clean", "held", "verdict", "account"]:
    session.sql("DROP VIEW IF EXISTS " + asked.name + "_" + view)
session.sql("DROP TABLE IF EXISTS " + asked.name + "_judged")
session.stop()
`
