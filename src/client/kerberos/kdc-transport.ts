import { CodecError } from '../../codec/error.js';
import { decodeMessage, frameKdcMessage, KdcMessageReader, KRB_ERR, KRB_ERROR } from '../../codec/kerberos/index.js';
import type { Channel } from '../../net/channel.js';
import { type Environment, environmentOf } from '../../net/environment.js';
import { TransportError } from '../../net/error.js';
import { isSimulated } from '../../net/network.js';
import { askByDatagram } from '../../net/udp.js';
import type { Milliseconds } from '../../security/index.js';

/** Where a KDC is. */
export interface KdcAddress {
  readonly host: string;
  /** 88 where absent. */
  readonly port?: number;
  /** Windows asks over TCP since Vista ([MS-KILE] 2.1); TCP where absent. */
  readonly transport?: 'tcp' | 'udp';
}

/** How a KDC is asked, over TCP. */
export interface KdcTransportOptions extends Partial<Environment> {
  /** Where the KDC is. */
  readonly kdc: KdcAddress;
  /** For one answer; 10 seconds where absent. */
  readonly timeout?: Milliseconds;
}

const KDC_PORT = 88;

/**
 * Sends one request to a KDC, on a connection of its own, and gives the answer. An answer that does not fit into a
 * datagram is asked for over TCP (RFC 4120 7.2.1). Rejects with `TransportError`.
 */
export async function askKdc(request: Uint8Array, options: KdcTransportOptions): Promise<Uint8Array> {
  const { kdc, timeout = 10_000 } = options;
  const { host, port = KDC_PORT, transport } = kdc;
  if (transport === 'udp') {
    const { network, timers } = environmentOf(options);
    // Datagrams go over this machine's sockets, so a simulated host would ask whoever has that address out there.
    if (isSimulated(network))
      throw new TransportError(`the KDC ${host}`, 'a simulated network carries only TCP: ask it over TCP');
    const answer = await askByDatagram({ host, port }, request, timeout, timers);
    if (!tooBig(answer)) return answer;
  }
  return askByStream({ host, port }, request, timeout, options);
}

function tooBig(answer: Uint8Array): boolean {
  if (answer[0] !== KRB_ERROR.tag) return false;
  try {
    return decodeMessage(KRB_ERROR, answer).error_code === KRB_ERR.KRB_ERR_RESPONSE_TOO_BIG;
  } catch (error) {
    // The caller refuses it with the reason.
    if (error instanceof CodecError) return false;
    throw error;
  }
}

function askByStream(
  target: { host: string; port: number },
  request: Uint8Array,
  timeout: Milliseconds,
  options: KdcTransportOptions,
): Promise<Uint8Array> {
  const { network, timers } = environmentOf(options);
  return new Promise((resolve, reject) => {
    const reader = new KdcMessageReader();
    let channel: Channel | undefined;
    const failed = (why: Error | string): void => {
      timer.stop();
      channel?.destroy();
      reject(why instanceof TransportError ? why : new TransportError(`no answer of the KDC ${target.host}`, why));
    };
    const timer = timers.after(timeout, () => failed(`none within ${timeout} ms`));
    const data = (bytes: Buffer): void => {
      try {
        const [answer] = reader.push(bytes);
        if (answer === undefined) return;
        timer.stop();
        channel?.end();
        resolve(answer);
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        failed(error);
      }
    };
    const closed = (error?: Error): void => failed(error ?? 'it closed the connection');
    network
      .connect(target, () => ({ data, closed }), timeout)
      .then((opened) => {
        channel = opened;
        opened.send(frameKdcMessage(request));
      }, failed);
  });
}
