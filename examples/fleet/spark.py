"""Audits captures by Apache Spark (PySpark 4), each unit wherever Spark runs it:

    dcom-harness audit plan captures/ > audit.plan
    spark-submit examples/fleet/spark.py audit.plan audit.partial
    dcom-harness audit merge --plan audit.plan audit.partial

HARNESS is how the program is called; the captures have to be under the same names on every machine.
"""
import os
import sys

from pyspark.sql import SparkSession

plan, partial = sys.argv[1:]
harness = os.environ.get("HARNESS", "dcom-harness")
with open(plan, encoding="utf-8") as file:
    units = file.read().splitlines()

spark = SparkSession.builder.appName("audit").getOrCreate()
# A partition is a process, which reads its units one after the other. It ends with 2 where it could read none of them,
# which its partial audits say; so the exit code is no reason to stop: units that no process has written are named by
# audit merge, which has the plan.
partials = spark.sparkContext.parallelize(units, min(len(units), 64)).pipe(
    f"{harness} audit --units - --partial -", checkCode=False
)
with open(partial, "w", encoding="utf-8") as file:
    for line in partials.toLocalIterator():
        print(line, file=file)
spark.stop()
