import type { ComClass, ComInterface } from './class.js';

const NO_METHODS: ComInterface = new Map();

/** Stands in for every class that nobody has written: it has every interface, and none of their methods. */
export const genericClass: ComClass = {
  clsid: undefined,
  name: 'generic',
  create: () => ({ name: 'generic', queryInterface: () => NO_METHODS }),
};
