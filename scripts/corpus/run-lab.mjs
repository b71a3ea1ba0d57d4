import { parseScenario, runScenario } from '../../dist/lab/index.js';

/** Runs a scenario. Whatever comes otherwise than it expects ends the program: nothing wrong is recorded. */
export async function runLab({ scenario }, { record, witness }) {
  const parsed = parseScenario(scenario);
  const { accounts, hosts, password } = parsed.data;
  const { findings, title, keytab } = await runScenario(parsed, {
    record,
    observe: (host) => witness.at(hosts[host].address),
  });
  const wrong = findings.filter(({ ok }) => !ok);
  if (wrong.length > 0)
    throw new Error(wrong.map((each) => `${each.id}: ${each.expected}, not ${each.actual}`).join('\n'));
  return { title, keytab, accounts: accounts.map((user) => ({ user: `LAB\\${user}`, password })) };
}
