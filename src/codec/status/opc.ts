import { CONNECT_RESULT, OPC_RESULT, OPC_TEXTS } from '../opc/errors.js';
import { type Named, named } from './named.js';

/** What OPC Data Access and connection points answer; Alarms & Events and HDA use some of the numbers for other things. */
export const OPC_RESULTS: readonly Named[] = [
  ...named(OPC_RESULT, OPC_TEXTS, 'opcerror.h'),
  ...named(
    CONNECT_RESULT,
    {
      CONNECT_E_NOCONNECTION: 'there is no such connection, or no connection point for that interface',
      CONNECT_E_ADVISELIMIT: 'the connection point takes no further connections',
      CONNECT_E_CANNOTCONNECT: 'the object that was handed over does not have the interface that is called back',
    },
    'olectl.h',
  ),
];
