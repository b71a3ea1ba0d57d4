import { basename, dirname, join } from 'node:path';

/**
 * Files that belong together, in their order: what `dumpcap -b` and `tcpdump -C` make of one capture, so that connections
 * go on from one to the next. All others are alone.
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
    set.sort((a, b) => a.place.number - b.place.number || a.place.time.localeCompare(b.place.time));
    return runs(set).map((run) => run.map(({ file }) => file));
  });
}

interface Place {
  readonly set: string;
  readonly number: number;
  readonly time: string;
}

/** A ring buffer drops its oldest files, but none in the middle; where one is missing, another capture begins. */
function runs<T extends { readonly place: Place }>(set: readonly T[]): T[][] {
  const all: T[][] = [];
  for (const each of set) {
    const run = all.at(-1);
    if (run !== undefined && run.at(-1)?.place.number === each.place.number - 1) run.push(each);
    else all.push([each]);
  }
  return all;
}

/** `x_00001_20210314120000.pcapng`, or without the time, or with the time first, as newer ones may have it. */
const DUMPCAP = /^(.+?)_(?:(\d{5,})(?:_(\d{14}))?|(\d{14})_(\d{5,}))(\.[a-z]+(?:\.gz|\.zst)?)$/i;
/** `x.pcap`, then `x.pcap1`, `x.pcap2`, …; with -W the numbers begin at 0. */
const TCPDUMP = /^(.+?\.(?:pcap|cap|pcapng|dmp))(\d*)$/i;

function placeOf(file: string, files: readonly string[]): Place {
  const folder = dirname(file);
  const name = basename(file);
  const [, stem, number, time = '', earlier = '', later, extension] = DUMPCAP.exec(name) ?? [];
  if (stem !== undefined)
    return { set: join(folder, `${stem}_*${extension}`), number: Number(number ?? later), time: time || earlier };
  const [, base, count] = TCPDUMP.exec(name) ?? [];
  if (base === undefined) return { set: file, number: 0, time: '' };
  // With -W all have a number, else the first has none.
  const first = join(folder, base);
  if (count === '') return { set: first, number: 0, time: '' };
  return { set: files.includes(first) ? first : `${first}#`, number: Number(count), time: '' };
}
