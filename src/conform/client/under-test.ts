/** Where a client under test is to go, and as whom. */
export interface ClientPlace {
  /** The address of the server. */
  readonly address: string;
  /** TCP port of the server's activators; 135 unless the run says otherwise. */
  readonly port: number;
  /** The account that the server knows. */
  readonly user: string;
  /** Its domain. */
  readonly domain: string;
  /** Its password. */
  readonly password: string;
  /** Id of the check that it is run for. */
  readonly check: string;
  /** RPC_C_AUTHN_LEVEL_* that the client is to ask for; absent where it is to take its default. */
  readonly level?: number;
}

/** How one run of a client under test ended. */
export type Ended =
  | { readonly how: 'succeeded' }
  | { readonly how: 'failed'; readonly text: string }
  /** It took too long, and was ended. */
  | { readonly how: 'stopped'; readonly text: string }
  /** It runs by itself, and nobody knows what it makes of it. */
  | { readonly how: 'unknown' };

/** A client under test, however it is started. */
export interface ClientUnderTest {
  /** Whether it can be told a level. */
  readonly takesLevel: boolean;
  /** One run. It is to end soon after the signal; what it rejects with ends the whole run of the suite. */
  run(place: ClientPlace, signal: AbortSignal): Promise<Ended>;
  /** For a client that runs by itself: told of whatever happens on the wire. */
  readonly happened?: (open: number) => void;
}

/** How a run ended, in a few words. */
export const endedText = (ended: Ended): string => {
  if (ended.how === 'succeeded') return 'the client ended as after a success';
  if (ended.how === 'unknown') return 'the client runs by itself';
  return ended.text;
};

/** One run of a client: it succeeds where the promise settles, and fails where it rejects. */
export type ClientFunction = (place: ClientPlace, signal: AbortSignal) => Promise<unknown>;

/** A client that a function runs. `takesLevel` says that it heeds the level that it is told. */
export const calledClient = (
  run: ClientFunction,
  { takesLevel = false }: { readonly takesLevel?: boolean } = {},
): ClientUnderTest => ({
  takesLevel,
  run: (place, signal) =>
    run(place, signal).then(
      (): Ended => ({ how: 'succeeded' }),
      (error: unknown): Ended => ({ how: 'failed', text: error instanceof Error ? error.message : String(error) }),
    ),
});
