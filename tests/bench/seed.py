"""The seed's way to upload: pandas reads the CSV, writes it into memory as CSV again, and upload_blob
takes it in chunks of 4 MB from a generator. Prints what it took as JSON.

Arguments: container, blob, file. The connection string comes in AZURE_STORAGE_CONNECTION_STRING.
"""
import io
import json
import os
import resource
import sys
import time

import pandas
from azure.storage.blob import BlobServiceClient

container, blob, path = sys.argv[1:4]
chunk_size = 4 * 1024 * 1024


def generate_chunks(file_stream, chunk_size):
    while True:
        chunk = file_stream.read(chunk_size)
        if not chunk:
            break
        yield chunk


started = time.monotonic()
df = pandas.read_csv(path)
output = io.StringIO()
df.to_csv(output, index=False)
output.seek(0)
service = BlobServiceClient.from_connection_string(os.environ["AZURE_STORAGE_CONNECTION_STRING"])
blob_client = service.get_blob_client(container=container, blob=blob)
blob_client.upload_blob(generate_chunks(output, chunk_size), overwrite=True)
ms = (time.monotonic() - started) * 1000

usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({
    "ms": ms,
    "bytesSent": os.path.getsize(path),
    "peakBytes": usage.ru_maxrss * 1024,
    "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
    "memoryBytes": [],
    "quietMs": 0,
}))
