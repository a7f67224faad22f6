import type { DeadLetterItem, DeadLetterPage } from '../../../gateway/http/contract/dead-letters.ts';

/** The contract gives these as schemas only; their output is what comes over the wire. */
export type DeadLetter = (typeof DeadLetterItem)['_output'];
export type DeadLetters = (typeof DeadLetterPage)['_output'];
