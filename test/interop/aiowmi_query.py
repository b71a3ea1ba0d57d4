"""Runs queries with aiowmi and prints each row as JSON: aiowmi_query.py HOST USER DOMAIN (plain|smart), queries on stdin;
the first line there is the password."""
import asyncio
import json
import sys

from aiowmi.connection import Connection
from aiowmi.query import Query


async def main():
    host, user, domain, how = sys.argv[1:]
    password, *queries = sys.stdin.read().splitlines()
    connection = Connection(host, user, password, domain)
    await connection.connect()
    service = None
    try:
        service = await connection.negotiate_ntlm()
        for text in queries:
            query = Query(text)
            async with query.context(connection, service, skip_optimize=how == 'plain') as context:
                async for row in context.results():
                    values = {name: str(each.value) for name, each in row.items()}
                    print(json.dumps({'query': text, 'values': values}))
    finally:
        if service:
            service.close()
        connection.close()


asyncio.run(main())
