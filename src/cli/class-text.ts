import { className, classNames, clsidOf } from '../capture/decode/class-names.js';
import { interfaceName } from '../codec/interfaces.js';
import { didYouMean } from '../codec/near.js';
import { normaliseUuid } from '../codec/uuid.js';

const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** A text with the names of the classes and interfaces in it before their UUIDs, where these are known. */
export const withNames = (text: string): string =>
  text.replace(UUID, (uuid) => {
    const name = className(uuid) ?? interfaceName(uuid);
    return name === uuid ? uuid : `${name} (${uuid})`;
  });

/** A class as it is given: its CLSID, or its name as this program prints it. Throws an `Error` that says what there is. */
export function classGiven(text: string): string {
  const clsid = normaliseUuid(text) ?? clsidOf(text);
  if (clsid === undefined)
    throw new Error(
      `expected a CLSID or a name that audit prints, such as MMC20.Application${didYouMean(text, classNames())}`,
    );
  return clsid;
}

/** Of interfaces, by the beginnings of their names: the classes of `serve` that have their methods. */
const ANSWERED: readonly (readonly [beginning: RegExp, classes: string])[] = [
  [/^(IWbem|IEnumWbem)/, 'wmi'],
  [/^IOPC/, 'opc'],
  [/^IEvent/, 'eventsystem'],
  [/^(IDispatch|IShell|IWebBrowser)/, 'all'],
];

/** E_NOTIMPL: what the generic class answers to every method ([MS-ERREF] 2.1). */
export const E_NOTIMPL = 0x80004001;

/** Which `--class` of `serve` answers a method that the generic class lacks; undefined where none does. */
export const classThatAnswers = (interfaceUuid: string): string | undefined =>
  ANSWERED.find(([beginning]) => beginning.test(interfaceName(interfaceUuid)))?.[1];
