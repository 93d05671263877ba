"""A Snowflake on this computer: fakesnow, with what it needs so that the driver for Node can speak to it, and with
what the real one has and fakesnow does not (a sign-in by key pair that is checked, transactions that can be listed and
ended). What goes wrong is told on tests/fixtures/snowflakeServer.ts. Prints one line of JSON when it listens: {"port": …}.

GET /test/sql   every statement that was sent, and what sqlglot makes of it as Snowflake SQL
"""

from __future__ import annotations

import asyncio
import base64
import datetime
import decimal
import gzip
import hashlib
import json
import os
import re
import socket
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import jwt
import snowflake.connector.errors
import sqlglot
import uvicorn
from cryptography.hazmat.primitives import serialization
from sqlglot import exp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import fakesnow.copy_into as copy_into
import fakesnow.server as server
from fakesnow.cursor import FakeSnowflakeCursor

settings = json.loads(os.environ["PALLET_FAKE_SNOWFLAKE"])
"""account, user, publicKey (PEM), database, schema, warehouse, azure (addresses of accounts by host)"""

# ---- rows as JSON: the driver for Node knows no Arrow ----


def cell(value, column) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        whole = int(aware.replace(microsecond=0).timestamp())
        text = f"{whole}.{value.microsecond * 1000:09d}"
        return f"{text} 1440" if column["type"] == "timestamp_tz" else text
    if isinstance(value, datetime.date):
        return str((value - datetime.date(1970, 1, 1)).days)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return str(value)


def to_sf(table, rowtype):
    return table, rowtype


def to_ipc(pair) -> bytes:
    table, rowtype = pair
    columns = [column.to_pylist() for column in table.columns]
    rows = [[cell(value, about) for value, about in zip(row, rowtype)] for row in zip(*columns)]
    return json.dumps(rows).encode()


server.to_sf = to_sf
server.to_ipc = to_ipc
# PUT: the driver copies into the folder itself.
server.gcs_stage_info = lambda request, expr, data: data["stageInfo"]

original_urls = copy_into._source_urls


def source_urls(source: str, files: list[str]) -> list[str]:
    if source.startswith("/"):
        return [os.path.join(source, file) for file in files]
    return original_urls(source, files)


copy_into._source_urls = source_urls

original_parquet = copy_into.ReadParquet.read_expression
fetched: dict[str, str] = {}
"""Blobs of the COPY that is under way: their files here, by their addresses."""


def read_parquet(self, url: str):
    return original_parquet(self, fetched.get(url, url))


copy_into.ReadParquet.read_expression = read_parquet


def fetch_blobs(folder: str, names: str, sas: str) -> None:
    """As Snowflake does: lists the folder, then fetches each file of it. The account is the one of the tests."""
    host, container, prefix = re.match(r"azure://([^/]+)/([^/]+)/(.*)$", folder).groups()
    account = settings["azure"][host]
    where = []
    for name in re.findall(r"'([^']*)'", names):
        where.append((name, f"{account}/{container}/{urllib.parse.quote(prefix + name)}?{sas}"))
    try:
        listed = f"{account}/{container}?restype=container&comp=list&prefix={urllib.parse.quote(prefix)}&{sas}"
        urllib.request.urlopen(listed).read()
        for name, address in where:
            with tempfile.NamedTemporaryFile(suffix=".parquet", delete=False) as file:
                file.write(urllib.request.urlopen(address).read())
            fetched[f"{folder}{name}"] = file.name
    except urllib.error.HTTPError as error:
        code = error.headers.get("x-ms-error-code")
        raise snowflake.connector.errors.ProgrammingError(
            msg=f"Failure using stage area. Cause: [Refused. (Status Code: {error.code}; Error Code: {code})]",
            errno=91003,
            sqlstate="55000",
        ) from None


original_describe = copy_into._describe_table


def describe_table(table, duck_conn, database, schema):
    """A temporary table lies in no schema of DuckDB."""
    sql = "SELECT 1 FROM duckdb_tables() WHERE temporary AND table_name = ?"
    if duck_conn.execute(sql, [table.name]).fetchone() is None:
        return original_describe(table, duck_conn, database, schema)
    return [(row[0], row[1]) for row in duck_conn.execute(f'DESCRIBE "{table.name}"').fetchall()]


copy_into._describe_table = describe_table

# ---- what fakesnow does not know ----

transactions: dict[int, dict] = {}
"""By id: its connection, name, and when it began."""
counter = iter(range(1, 1_000_000))


def abort(number: int) -> bool:
    found = transactions.pop(number, None)
    if found is None:
        return False
    found["conn"]._duck_conn.execute("ROLLBACK")
    return True


original_execute = FakeSnowflakeCursor.execute


def answer(cursor, rows: list[dict[str, str | None]], names: list[str]):
    """As if the statement had been a SELECT with these rows."""
    values = ", ".join(
        "(" + ", ".join("NULL" if row[n] is None else "'" + str(row[n]).replace("'", "''") + "'" for n in names) + ")"
        for row in rows
    )
    named = ", ".join(f'"{name}"' for name in names)
    nothing = ", ".join(f"NULL::VARCHAR AS \"{name}\"" for name in names)
    sql = f"SELECT * FROM (VALUES {values}) AS t({named})" if rows else f"SELECT {nothing} WHERE false"
    return original_execute(cursor, sql, server=True)


def execute(self, command, params=None, *args, **kwargs):
    conn = self._conn
    mine = [number for number, one in transactions.items() if one["conn"] is conn]
    about = getattr(conn, "pallet", {})
    if found := re.match(r"BEGIN TRANSACTION NAME (\w+)$", command):
        original_execute(self, "BEGIN", *args, server=True)
        transactions[next(counter)] = {"conn": conn, "name": found[1]}
        return self
    if re.match(r"(COMMIT|ROLLBACK)\b", command):
        for number in mine:
            transactions.pop(number)
    elif mine and re.match(r"(CREATE|ALTER|DROP)\b", command):
        # The real one commits what is under way, without a word.
        raise snowflake.connector.errors.ProgrammingError(
            msg="test: a definition inside of a transaction would commit it", errno=9998, sqlstate="25000"
        )
    elif command.startswith("ALTER SESSION SET LOCK_TIMEOUT = "):
        return answer(self, [{"status": "Statement executed successfully."}], ["status"])
    elif command.startswith("ALTER SESSION SET AUTOCOMMIT = "):
        # Who is ended from outside is told on tests/fixtures/snowflakeServer.ts.
        return answer(self, [{"status": "Statement executed successfully."}], ["status"])
    elif command == "SELECT CURRENT_TRANSACTION()":
        return answer(self, [{"id": str(mine[0]) if mine else None}], ["id"])
    elif command == "SHOW TRANSACTIONS":
        rows = [
            {"id": str(n), "user": settings["user"], "session": "1", "name": one["name"], "started_on": "", "state": "running", "scope": "0"}
            for n, one in transactions.items()
        ]
        return answer(self, rows, ["id", "user", "session", "name", "started_on", "state", "scope"])
    elif found := re.match(r"SELECT SYSTEM\$ABORT_TRANSACTION\((\?|\d+)\)$", command):
        binding = kwargs.get("binding_params") or (found[1],)
        return answer(self, [{"result": "aborted" if abort(int(binding[0])) else "none"}], ["result"])
    elif found := re.match(r"SELECT CURRENT_DATABASE\(\), CURRENT_SCHEMA\(\), CURRENT_WAREHOUSE\(\), CURRENT_ROLE\(\)$", command):
        names = ["database", "schema", "warehouse", "role"]
        return answer(self, [{name: about.get(name) for name in names}], names)
    elif about.get("warehouse") is None and re.match(r"(SELECT|INSERT|COPY|DELETE|UPDATE)\b", command):
        raise snowflake.connector.errors.ProgrammingError(
            msg="No active warehouse selected in the current session. Select an active warehouse with the 'use warehouse' command.",
            errno=606,
            sqlstate="57P03",
        )
    elif found := re.match(r"(COPY INTO \S+ FROM '(azure:[^']*)') CREDENTIALS=\(AZURE_SAS_TOKEN='\?([^']*)'\)( FILES=\((.*?)\) .*)$", command):
        fetch_blobs(found[2], found[5], found[3])
        command = found[1] + found[4]
    return original_execute(self, command, params, *args, **kwargs)


FakeSnowflakeCursor.execute = execute

# ---- signing in ----

public = serialization.load_pem_public_key(settings["publicKey"].encode())
der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
fingerprint = "SHA256:" + base64.b64encode(hashlib.sha256(der).digest()).decode()
subject = f"{settings['account']}.{settings['user']}".upper()


def refused(data: dict) -> tuple[str, str] | None:
    """Code and sentence, or None where the sign-in is right."""
    try:
        claims = jwt.decode(data.get("TOKEN"), public, algorithms=["RS256"], leeway=10, options={"verify_iat": False})
    except jwt.InvalidTokenError as error:
        return "390144", f"JWT token is invalid. {error}"
    if claims.get("sub") != subject or claims.get("iss") != f"{subject}.{fingerprint}":
        return "390144", "JWT token is invalid. Subject or issuer is wrong."
    return None


async def login(request: Request) -> JSONResponse:
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    if (wrong := refused(json.loads(body)["data"])) is not None:
        return JSONResponse({"data": None, "code": wrong[0], "message": wrong[1], "success": False})
    wanted = {
        "database": request.query_params.get("databaseName"),
        "schema": request.query_params.get("schemaName"),
        "warehouse": request.query_params.get("warehouse"),
        "role": request.query_params.get("roleName"),
    }
    if wanted["role"] not in (None, "LOADER"):
        return JSONResponse(
            {
                "data": None,
                "code": "390189",
                "message": f"Role '{wanted['role']}' specified in the connect string does not exist or not authorized.",
                "success": False,
            }
        )
    response = await server.login_request(request)
    answer = json.loads(response.body)
    token = answer["data"]["token"]
    there = {name: wanted[name] if wanted[name] == settings[name] else None for name in ("database", "warehouse")}
    # As many schemas as tests want: each begins with nothing.
    there["schema"] = wanted["schema"] if (wanted["schema"] or "").startswith(settings["schema"]) else None
    if there["database"] is None:
        there["schema"] = None
    server.sessions[token].pallet = {**there, "role": wanted["role"] or "LOADER"}
    return JSONResponse(answer)


# ---- what was sent ----

statements: list[dict[str, str]] = []


def note(sql: str) -> None:
    try:
        kind = type(sqlglot.parse_one(sql, read="snowflake")).__name__
    except sqlglot.errors.ParseError as error:
        kind = f"refused: {error}"
    statements.append({"sql": sql, "kind": kind})


async def sent(_: Request) -> JSONResponse:
    return JSONResponse(statements)


def failure(code: str, message: str, state: str = "42000") -> bytes:
    data = {"errorCode": code, "sqlState": state}
    return json.dumps({"data": data, "code": code, "message": message, "success": False}).encode()


formats = [
    {"name": "DATE_OUTPUT_FORMAT", "value": "YYYY-MM-DD"},
    {"name": "TIMESTAMP_NTZ_OUTPUT_FORMAT", "value": "YYYY-MM-DD HH24:MI:SS.FF3"},
]


class Wire:
    """Makes of what fakesnow answers what the driver for Node reads."""

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http" or scope["path"] != "/queries/v1/query-request":
            await self.app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        plain = gzip.decompress(body) if Request(scope).headers.get("content-encoding") == "gzip" else body
        note(json.loads(plain)["sqlText"])
        await self.reply(send, *await self.work(scope, body))

    async def work(self, scope, body: bytes) -> tuple[int, bytes]:
        status = 200
        parts: list[bytes] = []
        given = False

        async def again():
            nonlocal given
            if given:
                await asyncio.Event().wait()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                parts.append(message.get("body", b""))

        await self.app(scope, again, keep)
        answer = json.loads(b"".join(parts))
        data = answer.get("data") or {}
        if status >= 500:
            return 200, failure("261000", answer.get("message", ""), "0A000")
        if data.get("queryResultFormat") == "arrow":
            encoded = data.pop("rowsetBase64", "")
            data["rowset"] = json.loads(base64.b64decode(encoded)) if encoded else []
            data["queryResultFormat"] = "json"
        if "parameters" in data:
            data["parameters"] += formats
        if "rowset" in data:
            data["returned"] = len(data["rowset"])
            data["total"] = data.get("total") or len(data["rowset"])
            data["version"] = 1
        return status, json.dumps(answer).encode()

    async def reply(self, send, status: int, body: bytes) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


own = [
    Route("/session/v1/login-request", login, methods=["POST"]),
    Route("/telemetry/send", lambda _: JSONResponse({"success": True}), methods=["POST"]),
    Route("/test/sql", sent, methods=["GET"]),
]
routes = own + [route for route in server.routes if route.path != "/session/v1/login-request"]
app = Wire(Starlette(routes=routes))

listening = socket.socket()
listening.bind(("127.0.0.1", 0))
print(json.dumps({"port": listening.getsockname()[1]}), flush=True)
uvicorn.Server(uvicorn.Config(app, log_level=os.environ.get("PALLET_FAKE_LOG", "error"))).run(sockets=[listening])
sys.exit(0)
