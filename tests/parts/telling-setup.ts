import { afterAll } from 'vitest';
import { flushTold } from './told.ts';

/** Runs in each test file of a run of `npm test`, after everything in it. */
afterAll(flushTold);
