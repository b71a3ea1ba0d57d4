import fc from 'fast-check';

const { PROPERTY_SEED } = process.env;

/** The same cases in every run, so that a run says something of the change alone. `npm run fuzz` looks for new ones. */
if (PROPERTY_SEED !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(PROPERTY_SEED ?? 1) });
