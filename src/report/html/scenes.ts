/** The members of a stream that tell which others belong to it. */
export interface Stream {
  readonly file: string;
  /** Addresses without ports. */
  readonly hosts: readonly [string, string];
  readonly start: number;
  readonly end: number;
}

/** So many lifelines fit beside each other. */
const MAX_HOSTS = 8;

interface Scene {
  readonly number: number;
  readonly hosts: Set<string>;
  end: number;
}

/**
 * Gives each stream the number of its scene. Streams of a file belong together where they share a host and overlap in
 * time: the two legs of a relay do, and so do a call and its call back. `streams` are in the order of their starts.
 */
export function scenesOf(streams: readonly Stream[]): number[] {
  const open = new Map<string, Scene[]>();
  let next = 0;
  return streams.map(({ file, hosts, start, end }) => {
    const running = (open.get(file) ?? []).filter((scene) => scene.end >= start);
    const fits = (scene: Scene): boolean =>
      hosts.some((host) => scene.hosts.has(host)) && new Set([...scene.hosts, ...hosts]).size <= MAX_HOSTS;
    const scene = running.find(fits) ?? { number: next++, hosts: new Set<string>(), end };
    for (const host of hosts) scene.hosts.add(host);
    scene.end = Math.max(scene.end, end);
    open.set(file, running.includes(scene) ? running : [...running, scene]);
    return scene.number;
  });
}
