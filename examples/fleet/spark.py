"""Audits captures by Apache Spark (PySpark 4), each unit wherever Spark runs it:

    spark-submit examples/fleet/spark.py captures/ audit.partial
    dcom-harness audit merge audit.partial

HARNESS is how the program is called; the captures have to be under the same names on every machine.
"""
import os
import shlex
import subprocess
import sys

from pyspark.sql import SparkSession

captures, partial = sys.argv[1:]
harness = os.environ.get("HARNESS", "dcom-harness")
plan = subprocess.run(shlex.split(harness) + ["audit", "plan", captures], check=True, capture_output=True, text=True)
units = plan.stdout.splitlines()

spark = SparkSession.builder.appName("audit").getOrCreate()
# A partition is a process, which reads its units one after the other. It ends with 2 where it could read none of them,
# which its partial audits say; so the exit code is no reason to stop.
partials = spark.sparkContext.parallelize(units, min(len(units), 64)).pipe(
    f"{harness} audit --units - --partial -", checkCode=False
)
with open(partial, "w", encoding="utf-8") as file:
    for line in partials.toLocalIterator():
        print(line, file=file)
spark.stop()
