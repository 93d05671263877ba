/** A job of Spark Structured Streaming that lands a topic as Pallet would, as Python. */
import type { CleaningSql } from '../runs/ports/cleaning.ts'

/** A literal of Python: what JSON escapes, Python reads alike. */
const literal = (value: unknown): string => JSON.stringify(value)

export interface StreamJob {
  dataset: string
  topic: string
  /** null: it is said when it is started. */
  brokers: string | null
  /** Names in the records, in the order of the statements. */
  labels: readonly string[]
  statements: CleaningSql
  isEncrypted: boolean
  /** null: nobody has to sign in. The password is never in the file. */
  signIn: { mechanism: string; user: string } | null
}

export function streamJobOf(job: StreamJob): string {
  const { dataset, topic, brokers, labels, statements, isEncrypted, signIn } = job
  const protocol = `${signIn === null ? '' : 'SASL_'}${isEncrypted ? 'SSL' : 'PLAINTEXT'}`
  return `"""Lands the topic ${topic} as the dataset ${dataset.replaceAll('\\', '').replaceAll('"', '')}. Written by "pallet stream job"; yours to change.

    spark-submit --packages org.apache.spark:spark-sql-kafka-0-10_2.13:4.1.3 THIS_FILE --out abfss://...

Takes what is there and ends (for a DAG that runs every hour), or with --every SECONDS goes on. Below --out:
  rows/batch=N        clean rows, as Parquet
  held/batch=N        a line for every reason why a record is held back, with topic, partition, offset and the record
  ledger/batch=N      what a batch had: its offsets and counts. Written last: rows of a batch without one do not count
  checkpoint          how far the topic has come; belongs to this folder
A batch that was broken off is done again, from the same offsets to the same folders.
"""

import argparse
import json
import os

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import LongType, StringType, StructField, StructType
from pyspark.sql.window import Window

TOPIC = ${literal(topic)}
PROTOCOL = ${literal(protocol)}
SIGN_IN = ${signIn === null ? 'None' : `(${literal(signIn.mechanism)}, ${literal(signIn.user)})`}
# The names of the records, which are taken as text: what their types are, the statements say.
LABELS = json.loads(${literal(literal(labels))})
LINEAGE = ["kafka_topic", "kafka_partition", "kafka_offset", "kafka_time", "kafka_key"]
SCHEMA = StructType(
    [StructField(name, StringType()) for name in LABELS if name not in LINEAGE]
    + [StructField("_no_record", StringType())]
)
# The recipe and the contract of the dataset.
JUDGED = ${literal(statements.judged)}
CLEAN = ${literal(statements.clean)}
HELD = ${literal(statements.held)}

parser = argparse.ArgumentParser()
parser.add_argument("--out", required=True, help="the folder that gets all")
parser.add_argument("--brokers", ${brokers === null ? 'required=True' : `default=${literal(brokers)}`})
parser.add_argument("--kafka", help="a file of JSON with further settings, such as kafka.ssl.keystore.location")
parser.add_argument("--every", type=int, help="seconds between batches; else it ends when all is landed that is there")
parser.add_argument("--rows", type=int, default=50000, help="records of a batch, at most")
asked = parser.parse_args()
out = asked.out.rstrip("/")


def access():
    options = {
        "kafka.bootstrap.servers": asked.brokers,
        "kafka.security.protocol": PROTOCOL,
        "subscribe": TOPIC,
        "startingOffsets": "earliest",
        # What is gone before it was landed stops the job: a person decides.
        "failOnDataLoss": "true",
        "maxOffsetsPerTrigger": str(asked.rows),
        # What a transaction has taken back is no record.
        "kafka.isolation.level": "read_committed",
    }
    if SIGN_IN is not None:
        mechanism, user = SIGN_IN
        quoted = [text.replace("\\\\", "\\\\\\\\").replace('"', '\\\\"') for text in (user, os.environ["PALLET_KAFKA_PASSWORD"])]
        module = "plain.PlainLoginModule" if mechanism == "PLAIN" else "scram.ScramLoginModule"
        options["kafka.sasl.mechanism"] = mechanism
        options["kafka.sasl.jaas.config"] = (
            "org.apache.kafka.common.security." + module
            + ' required username="' + quoted[0] + '" password="' + quoted[1] + '";'
        )
    if asked.kafka is not None:
        with open(asked.kafka, encoding="utf-8") as file:
            options.update(json.load(file))
    return options


def lineage(name):
    return {
        "kafka_topic": F.col("topic"),
        "kafka_partition": F.col("partition").cast("string"),
        "kafka_offset": F.col("offset").cast("string"),
        "kafka_time": F.concat(F.date_format(F.to_utc_timestamp("timestamp", F.current_timezone()), "yyyy-MM-dd'T'HH:mm:ss.SSS"), F.lit("Z")),
        "kafka_key": F.expr("make_valid_utf8(CAST(key AS STRING))"),
    }[name]


def read_ledger(session, number):
    try:
        rows = session.read.schema("ranges string").json(f"{out}/ledger/batch={number}").collect()
    except Exception as error:
        if "PATH_NOT_FOUND" in str(error):
            return None
        raise
    return rows[0]["ranges"] if rows else None


def land(batch, number):
    session = batch.sparkSession
    # Bytes that are no text become none.
    records = batch.withColumn("text", F.expr("try_validate_utf8(CAST(value AS STRING))")).withColumn(
        "read", F.from_json("text", SCHEMA, {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": "_no_record"})
    )
    is_record = (
        F.col("read").isNotNull()
        & F.col("read._no_record").isNull()
        & F.trim("text").startswith("{")
    )
    records = records.withColumn("is_record", F.coalesce(is_record, F.lit(False))).withColumn(
        "rec", F.row_number().over(Window.orderBy("partition", "offset")).cast("long")
    )
    records = records.persist()
    offsets = records.groupBy("partition").agg(F.min("offset"), F.max("offset")).orderBy("partition").collect()
    ranges = json.dumps([list(row) for row in offsets])
    done = read_ledger(session, number)
    if done is not None:
        records.unpersist()
        if done == ranges:
            return
        raise RuntimeError(f"Batch {number} in {out} has the offsets {done}, and now {ranges}: the checkpoint is not that of this folder. Nothing was written; choose another folder.")
    cells = [
        (lineage(name) if name in LINEAGE else F.col("read").getField(name)).alias(f"c{nth + 1}")
        for nth, name in enumerate(LABELS)
    ]
    good = records.where("is_record").select("rec", F.col("offset").alias("line"), *cells)
    good.createOrReplaceTempView("pallet_records")
    judged = session.sql(JUDGED).persist()
    judged.createOrReplaceTempView("pallet_judged")
    where = records.select("rec", "topic", "partition", "offset", F.base64("value").alias("record"))
    held = session.sql(HELD).select("rec", "code", "column_name", "value", "message")
    poison = records.where("NOT is_record").select(
        "rec", F.lit("no-record").alias("code"), F.lit("").alias("column_name"),
        F.substring(F.coalesce("text", F.lit("")), 1, 1000).alias("value"),
        F.lit("It is no record: an object of JSON was expected.").alias("message"),
    )
    reasons = held.unionByName(poison).join(where, "rec").select(
        "topic", "partition", "offset", "code", "column_name", "value", "message", "record"
    )
    session.sql(CLEAN).write.mode("overwrite").parquet(f"{out}/rows/batch={number}")
    reasons.write.mode("overwrite").json(f"{out}/held/batch={number}")
    count = {
        "records": records.count(),
        "clean": session.read.parquet(f"{out}/rows/batch={number}").count(),
        "held": held.select("rec").distinct().count() + poison.count(),
        "dropped": judged.where("gone IS NOT NULL").count(),
    }
    if count["records"] != count["clean"] + count["held"] + count["dropped"]:
        raise RuntimeError(f"The account of batch {number} does not balance: {count}")
    schema = StructType([StructField("ranges", StringType())] + [StructField(name, LongType()) for name in count])
    session.createDataFrame([(ranges, *count.values())], schema).coalesce(1).write.mode("overwrite").json(f"{out}/ledger/batch={number}")
    print(json.dumps({"batch": number, **count}), flush=True)
    judged.unpersist()
    records.unpersist()


session = SparkSession.builder.getOrCreate()
stream = session.readStream.format("kafka").options(**access()).load()
writing = stream.writeStream.foreachBatch(land).option("checkpointLocation", f"{out}/checkpoint")
when = {"availableNow": True} if asked.every is None else {"processingTime": f"{asked.every} seconds"}
writing.trigger(**when).start().awaitTermination()
session.stop()
`
}
