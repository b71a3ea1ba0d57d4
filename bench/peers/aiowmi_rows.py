"""Rows a second with aiowmi's smart enumerator: aiowmi_rows.py HOST COUNT DOMAIN USER QUERY; the password comes on stdin.
Login and query are not counted."""
import asyncio
import sys
import time

from aiowmi.connection import Connection
from aiowmi.query import Query


async def main():
    host, count, domain, user, text = sys.argv[1:6]
    password = sys.stdin.readline().rstrip("\n")
    connection = Connection(host, user, password, domain)
    await connection.connect()
    service = None
    try:
        service = await connection.negotiate_ntlm()
        async with Query(text, namespace="root/bench").context(connection, service) as context:
            started = time.monotonic()
            seen = 0
            async for _ in context.results():
                seen += 1
                if seen == int(count):
                    break
            print(seen / (time.monotonic() - started))
    finally:
        if service:
            service.close()
        connection.close()


asyncio.run(main())
