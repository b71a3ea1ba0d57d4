import { InvalidArgumentError, Option } from 'commander';

/** Threads at most: further ones would only wait for each other. */
const MOST = 64;

export const jobsOption = (): Option =>
  new Option('-j, --jobs <n>', 'reads so many captures at a time, each in a thread; the output stays the same')
    .argParser((text: string): number => {
      const number = Number(text);
      if (!(Number.isInteger(number) && number > 0 && number <= MOST))
        throw new InvalidArgumentError(`expected a whole number from 1 to ${MOST}`);
      return number;
    })
    .default(1);

/** Whether there is work for several threads: of standard input there is only one. */
export const inThreads = (jobs: number, units: readonly (readonly string[])[]): boolean =>
  jobs > 1 && units.length > 1 && !units.flat().includes('-');
