import { workerData } from 'node:worker_threads';
import { partialAudit } from '../../capture/fleet/partial.js';
import { ndjson } from '../../report/ndjson.js';
import { tellWaiting } from '../files.js';
import { receivedSecrets, type SentSecrets } from '../jobs/secrets.js';
import { serveUnits } from '../jobs/thread.js';
import { observer } from '../secrets.js';

const observe = observer(receivedSecrets(workerData as SentSecrets));

serveUnits(async (files, { output, note, onRead, pause }) => {
  tellWaiting({ note }, files);
  await partialAudit(files, { observe, onRead, pause }, (record) => output(ndjson(record)));
});
