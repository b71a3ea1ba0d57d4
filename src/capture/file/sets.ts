import { basename, dirname, join } from 'node:path';

/**
 * Files that belong together, in their order: what `dumpcap -b`, `tcpdump -C` and `tcpdump -G` make of one capture, so that
 * connections go on from one to the next. All others are alone.
 */
export function captureSets(files: readonly string[]): string[][] {
  const sets = new Map<string, { readonly file: string; readonly place: Place }[]>();
  for (const file of files) {
    const place = placeOf(file, files);
    const set = sets.get(place.set) ?? [];
    sets.set(place.set, set);
    set.push({ file, place });
  }
  return [...sets.values()].flatMap((set) => {
    set.sort((a, b) => a.place.number - b.place.number || compareTimes(a.place, b.place));
    return runs(set).map((run) => run.map(({ file }) => file));
  });
}

interface Place {
  readonly set: string;
  readonly number: number;
  /** In the name, as text that sorts. */
  readonly time: string;
  /** The same in milliseconds, where the names have no other order. */
  readonly began?: number;
  /** Of `tcpdump -G -C`: which of the files that begin at that time it is. */
  readonly part?: number;
}

const compareTimes = (a: Place, b: Place): number => a.time.localeCompare(b.time) || (a.part ?? 0) - (b.part ?? 0);

const DAY = 86_400_000;

/** Whether a file can be the next one of its capture. */
function follows(before: Place, { number, began = 0 }: Place): boolean {
  if (before.began === undefined) return before.number === number - 1;
  // tcpdump begins no file before a packet comes; captures that are further apart were two.
  return began - before.began <= DAY;
}

/** A ring buffer drops its oldest files, but none in the middle; where one is missing, another capture begins. */
function runs<T extends { readonly place: Place }>(set: readonly T[]): T[][] {
  const all: T[][] = [];
  for (const each of set) {
    const run = all.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && follows(last.place, each.place)) run.push(each);
    else all.push([each]);
  }
  return all;
}

/** `x_00001_20210314120000.pcapng`, or without the time, or with the time first, as newer ones may have it. */
const DUMPCAP = /^(.+?)_(?:(\d{5,})(?:_(\d{14}))?|(\d{14})_(\d{5,}))(\.[a-z]+(?:\.gz|\.zst|\.xz)?)$/i;
/** `x.pcap`, then `x.pcap1`, `x.pcap2`, …; with -W the numbers begin at 0. */
const TCPDUMP = /^(.+?\.(?:pcap|cap|pcapng|dmp))(\d*)(\.gz|\.zst|\.xz)?$/i;

/**
 * `x-20210314120000.pcap`, `x_2021-03-14_12:00:00.pcap`, `x-1615723200.pcap`: what is usual of strftime, with date and time
 * to the minute at least; with -C a number behind, but at the first.
 */
const TIMED =
  /^(.*?)(?<!\d)(?:(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)[-_.T ]?(\d\d)[-_.:h]?(\d\d)(?:[-_.:m]?(\d\d))?|(1\d{9}))(?!\d)(.*?\.(?:pcap|cap|pcapng|dmp))(\d*)(\.gz|\.zst|\.xz)?$/i;

/** A file of `tcpdump -G`, by the time that its name has. */
function timedPlace(folder: string, name: string): Place | undefined {
  const [, before, year, month, day, hour, minute, second = '0', epoch, after, part, packed = ''] =
    TIMED.exec(name) ?? [];
  if (before === undefined) return undefined;
  const fields = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, m = 0, ...rest] = fields;
  const began = epoch === undefined ? Date.UTC(y, m - 1, ...rest) : Number(epoch) * 1_000;
  const isDate = epoch !== undefined || (m >= 1 && m <= 12);
  if (!Number.isFinite(began) || !isDate) return undefined;
  const time = String(began).padStart(15, '0');
  return { set: join(folder, `${before}*${after}${packed}`), number: 0, time, began, part: Number(part) };
}

function placeOf(file: string, files: readonly string[]): Place {
  const folder = dirname(file);
  const name = basename(file);
  const [, stem, number, time = '', earlier = '', later, extension] = DUMPCAP.exec(name) ?? [];
  if (stem !== undefined)
    return { set: join(folder, `${stem}_*${extension}`), number: Number(number ?? later), time: time || earlier };
  const timed = timedPlace(folder, name);
  if (timed !== undefined) return timed;
  const [, base, count, packed = ''] = TCPDUMP.exec(name) ?? [];
  if (base === undefined) return { set: file, number: 0, time: '' };
  // With -W all have a number, else the first has none.
  const first = join(folder, `${base}${packed}`);
  if (count === '') return { set: first, number: 0, time: '' };
  return { set: files.includes(first) ? first : `${first}#`, number: Number(count), time: '' };
}
