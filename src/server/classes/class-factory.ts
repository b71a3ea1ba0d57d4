import type { ComClass, ComInterface, ComObject } from './class.js';

const IID_IClassFactory = '00000001-0000-0000-c000-000000000046';

const NO_METHODS: ComInterface = new Map();

/** What RemoteGetClassObject gives: an object that makes objects of a class ([MS-DCOM] 1.3.1). */
export const classFactory = (comClass: ComClass): ComObject => ({
  name: `class factory of ${comClass.name}`,
  queryInterface: (iid) => (iid === IID_IClassFactory ? NO_METHODS : undefined),
});
