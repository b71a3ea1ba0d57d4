import { type PassedOver, type Understood, understoodState } from '../capture/file/understood.js';

const number = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** `18 packets, 18 with IP, 18 with TCP in 2 connections, 2 of them with RPC; 9 PDUs` */
const readText = ({ packets, ip, tcp, connections, rpc, pdus }: Understood): string =>
  `${number(packets, 'packet')}, ${ip} with IP, ${tcp} with TCP in ${number(connections, 'connection')}, ` +
  `${rpc} of them with RPC; ${number(pdus, 'PDU')}`;

const passedText = ({ what, count, file, frame }: PassedOver): string =>
  `${what}: ${count} (the first: ${file} frame ${frame})`;

/** What was understood of captures and what was not, in lines for people. */
export function understoodLines(understood: Understood, more: readonly string[] = []): string[] {
  const read = [readText(understood), ...more].join(', ');
  return [`understood: ${read}`, ...understood.passedOver.map((each) => `passed over: ${passedText(each)}`)];
}

/** The same for programs. */
export const understoodRecord = (understood: Understood) => {
  const { passedOver, ...layers } = understoodState(understood);
  return { ...layers, passed_over: passedOver, certain: understood.certain };
};
