#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

// For the commands that read captures of any size. V8 lets the young generation grow to 48 MB while much is allocated, as
// if some of it might stay; of a capture nothing stays but what its open streams need. Such a command gives it a size
// itself (`memory.ts`), which it can only where loading the modules has not made it grow.
setFlagsFromString('--semi-space-growth-factor=1');
await import('./run.js');
