"""A client for the conformance suite: a WMI query by aiowmi.

    aiowmi_client.py ADDRESS DOMAIN USER PASSWORD

Without arguments it says "ready", and then runs once for each line of that on stdin, and says "ok" or the error: so the
interpreter starts once.
"""
import asyncio
import sys

from aiowmi.connection import Connection
from aiowmi.query import Query

QUERY = 'SELECT Caption FROM Win32_OperatingSystem'


async def run(address, domain, user, password):
    connection = Connection(address, user, password, domain)
    await connection.connect()
    service = None
    try:
        service = await connection.negotiate_ntlm()
        rows = 0
        async with Query(QUERY).context(connection, service) as context:
            async for row in context.results():
                rows += 1
                if 'Caption' not in row:
                    raise RuntimeError('a row without its property')
        if rows == 0:
            raise RuntimeError('no rows')
    finally:
        if service:
            service.close()
        connection.close()


def main():
    if len(sys.argv) > 1:
        asyncio.run(run(*sys.argv[1:]))
        return
    print('ready', flush=True)
    for line in sys.stdin:
        try:
            asyncio.run(run(*line.split()))
            print('ok', flush=True)
        except Exception as error:  # whatever aiowmi raises is a failure of the run
            print(f'{type(error).__name__}: {error}'.replace('\n', ' '), flush=True)


main()
