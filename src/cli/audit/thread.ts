import { workerData } from 'node:worker_threads';
import { partialAudit } from '../../capture/fleet/partial.js';
import { ndjson } from '../../report/ndjson.js';
import { tellWaiting } from '../files.js';
import { titleOf } from '../input.js';
import { receivedSecrets, type SentSecrets } from '../jobs/secrets.js';
import { serveUnits } from '../jobs/thread.js';
import { observer } from '../secrets.js';
import { unopenedNotes } from '../unopened.js';

const secrets = receivedSecrets(workerData as SentSecrets);
const observe = observer(secrets);

serveUnits(async (files, { output, note, onRead, pause }) => {
  tellWaiting({ note }, files);
  const unopened = unopenedNotes(secrets, titleOf(files), note);
  const reading = { observe, onRead, pause, unopened };
  await partialAudit(files, reading, (record) => output(ndjson(record)));
});
