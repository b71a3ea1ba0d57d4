import { DCOM_ACTIVATION } from './dcom-activation.data.js';
import { DCOM_CLIENT } from './dcom-client.data.js';
import { DCOM_EXPORTER } from './dcom-exporter.data.js';
import { DCOM_RESOLVER } from './dcom-resolver.data.js';
import { RPCE_ASSOCIATION } from './rpce-association.data.js';
import { RPCE_COMMON } from './rpce-common.data.js';
import { RPCE_ENDS } from './rpce-ends.data.js';
import { type Statement, statements } from './statement.js';

export { REASONS, type ReasonName } from './reasons.js';
export { isVisible, type Statement } from './statement.js';

/** Every normative statement about the wire in [MS-DCOM] 3.1 and 3.2 and [MS-RPCE] 3.1 and 3.3. */
export const STATEMENTS: readonly Statement[] = [
  ...[DCOM_EXPORTER, DCOM_RESOLVER, DCOM_ACTIVATION, DCOM_CLIENT].flatMap((table) => statements('[MS-DCOM]', table)),
  ...[RPCE_COMMON, RPCE_ASSOCIATION, RPCE_ENDS].flatMap((table) => statements('[MS-RPCE]', table)),
];
