#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// For the commands that read captures of any size. V8 lets the young generation grow to 48 MB while much is allocated, as
// if some of it might stay; of a capture nothing stays but what its open streams need. At its first size it is collected
// more often and as cheaply (`docs/bench.md` has the figures), but only where loading the modules has not made it grow.
setFlagsFromString('--semi-space-growth-factor=1');
await import('./run.js');
