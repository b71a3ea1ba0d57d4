import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the page asks for. */
export interface Served {
  readonly page: string;
  /** `head`, `index`, `page-N`, compressed; undefined where there is no such thing. */
  data(name: string): Buffer | undefined;
}

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

const HOST = '127.0.0.1';

/** Serves a report on this machine only. Rejects where the port is taken. */
export async function serveReport(served: Served, port: number): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    // A name that somebody else's DNS points to this machine is not ours.
    if (!isOurs(request.headers.host)) answer(response, 403, 'text/plain', 'not this server\n');
    else if (request.method !== 'GET') answer(response, 405, 'text/plain', 'only GET\n');
    else route(served, request.url ?? '/', response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, HOST, resolve);
  });
  return { server, url: `http://${HOST}:${(server.address() as AddressInfo).port}/` };
}

const isOurs = (host: string | undefined): boolean => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? '');

function route({ page, data }: Served, url: string, response: ServerResponse): void {
  if (url === '/') {
    answer(response, 200, 'text/html; charset=utf-8', page);
    return;
  }
  const [, name] = /^\/data\/(head|index|page-\d+)$/.exec(url) ?? [];
  const found = name === undefined ? undefined : data(name);
  if (found === undefined) answer(response, 404, 'text/plain', 'nothing here\n');
  else answer(response, 200, 'application/octet-stream', found);
}

function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type }).end(body);
}
