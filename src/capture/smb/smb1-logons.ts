import {
  SMB_CAP_EXTENDED_SECURITY,
  SMB_COM_NEGOTIATE_Response,
  SMB_COM_SESSION_SETUP_ANDX_Extended_Request,
  SMB_COM_SESSION_SETUP_ANDX_Extended_Response,
  SMB_COM_SESSION_SETUP_ANDX_Request,
  STATUS_MORE_PROCESSING_REQUIRED,
} from '../../codec/smb/index.js';
import type { TellLogon } from './sessions.js';
import { type Asked, type Block, endOfString, octetsAt, stringAt, wordCount, wordsOf } from './smb1-block.js';
import type { SmbRequest } from './tables.js';

/** [MS-SMB] 2.2.4.6.1, 2.2.4.6.2, [MS-CIFS] 2.2.4.53.1: what SESSION_SETUP_ANDX is, by its WordCount. */
const [EXTENDED_REQUEST, REQUEST, EXTENDED_RESPONSE] = [12, 13, 4];
/** The one logon of a connection without extended security, whose challenge is in the answer to NEGOTIATE. */
const WITHOUT_EXTENSION = 'negotiated';
/** Logons of one connection that are followed at the same time. */
const MAX_LOGONS = 64;

/** The logons of one connection of SMB1. */
export class Smb1Logons {
  readonly #tell: TellLogon;
  /** Those of which more is to come, by the UID that the server gave them. */
  readonly #byUid = new Map<number, string>();
  #begun = 0;

  constructor(tell: TellLogon) {
    this.#tell = tell;
  }

  negotiated(block: Block): void {
    const body = wordsOf(block, SMB_COM_NEGOTIATE_Response);
    if (body === undefined || (body.Capabilities & SMB_CAP_EXTENDED_SECURITY) !== 0) return;
    const ServerChallenge = body.ChallengeLength === 8 ? octets(block, octetsAt(block), 8) : undefined;
    if (ServerChallenge === undefined) return;
    this.#tell(block.message.direction, WITHOUT_EXTENSION, { kind: 'challenge', ServerChallenge });
  }

  asked(block: Block, asked: Asked): void {
    if (wordCount(block) === REQUEST) this.#responses(block);
    if (wordCount(block) !== EXTENDED_REQUEST) return;
    const body = wordsOf(block, SMB_COM_SESSION_SETUP_ANDX_Extended_Request);
    if (body === undefined) return;
    const { UID } = block.header;
    asked.exchange = this.#byUid.get(UID) ?? (UID === 0 ? `logon ${++this.#begun}` : uidText(UID));
    this.#token(block, asked.exchange, body.SecurityBlobLength);
  }

  answered(block: Block, { exchange = uidText(block.header.UID) }: SmbRequest): void {
    const { UID, Status } = block.header;
    this.#byUid.delete(UID);
    const body =
      wordCount(block) === EXTENDED_RESPONSE ? wordsOf(block, SMB_COM_SESSION_SETUP_ANDX_Extended_Response) : undefined;
    if (body === undefined) return;
    if (Status === STATUS_MORE_PROCESSING_REQUIRED && this.#byUid.size < MAX_LOGONS) this.#byUid.set(UID, exchange);
    this.#token(block, exchange, body.SecurityBlobLength);
  }

  #token(block: Block, exchange: string, length: number): void {
    const token = octets(block, octetsAt(block), length);
    if (token !== undefined && length > 0)
      this.#tell(block.message.direction, exchange, { kind: 'token', octets: token });
  }

  #responses(block: Block): void {
    const body = wordsOf(block, SMB_COM_SESSION_SETUP_ANDX_Request);
    if (body === undefined) return;
    const start = octetsAt(block);
    const lm = octets(block, start, body.OEMPasswordLen);
    const nt = octets(block, start + body.OEMPasswordLen, body.UnicodePasswordLen);
    if (lm === undefined || nt === undefined) return;
    const at = start + lm.length + nt.length;
    this.#tell(block.message.direction, WITHOUT_EXTENSION, {
      kind: 'responses',
      LmChallengeResponse: lm,
      NtChallengeResponse: nt,
      user: stringAt(block, at) ?? '',
      domain: stringAt(block, endOfString(block, at)) ?? '',
    });
  }
}

const uidText = (uid: number): string => `UID ${uid}`;

function octets({ message: { bytes } }: Block, from: number, length: number): Buffer | undefined {
  return from + length > bytes.length ? undefined : bytes.subarray(from, from + length);
}
