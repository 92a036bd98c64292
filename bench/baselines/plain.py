"""The same job done badly, as in many an example: what csv-processor is measured beside.

It opens a connection for each file, reads the file into memory, counts nothing, copies it and
writes a row. boto3 is the one that the runtime brings, the driver is in its package.
"""

import os
from typing import Any
from urllib.parse import unquote_plus

import boto3
import pg8000.native

s3 = boto3.client("s3")


def handler(event: dict[str, Any], _context: object) -> None:
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        connection = pg8000.native.Connection(
            os.environ["DATABASE_USER"],
            password=os.environ["DATABASE_PASSWORD"],
            host=os.environ["DATABASE_HOST"],
            port=int(os.environ["DATABASE_PORT"]),
            database=os.environ["DATABASE_NAME"],
        )
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        s3.copy_object(
            Bucket=os.environ["BACKUP_BUCKET"],
            Key=f"backup/{key}",
            CopySource={"Bucket": bucket, "Key": key},
        )
        connection.run(
            "INSERT INTO files (name, size_bytes) VALUES (:name, :size)",
            name=key,
            size=len(content),
        )
        connection.close()
        print(f"{key}: {len(content)} bytes")
