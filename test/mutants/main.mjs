// npm run conform:mutants: tries the deliberate defects, and prints which checks catch each. Arguments: --full runs every
// check; any other is the beginning of ids.
import { tryMutants } from './trials.mjs';

const full = process.argv.includes('--full');
const prefixes = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const wanted = ({ suite, id }) =>
  prefixes.length === 0 || prefixes.some((prefix) => `${suite}/${id}`.startsWith(prefix));

const { control, mutants } = await tryMutants({ wanted, full, told: () => process.stderr.write('.') });
process.stderr.write('\n');
for (const { suite, failed, error } of control)
  console.log(`control ${suite}: ${error ?? (failed.length === 0 ? 'nothing fails' : `fails: ${failed.join(' ')}`)}`);
for (const { suite, id, defect, caught, failed, error } of mutants) {
  const others = failed.filter((each) => !caught.includes(each));
  console.log(`${caught.length > 0 ? 'caught' : 'SURVIVES'}  ${suite} ${id}: ${defect}`);
  if (error !== undefined) console.log(`    ${error}`);
  if (caught.length > 0) console.log(`    by ${caught.join(' ')}`);
  if (full && others.length > 0) console.log(`    also ${others.join(' ')}`);
}
const survivors = mutants.filter(({ caught }) => caught.length === 0);
console.log(`${mutants.length} defects, ${survivors.length} of them survive`);
if (survivors.length > 0 || control.some(({ failed, error }) => error !== undefined || failed.length > 0))
  process.exitCode = 1;
