import { cutDc09, cutFirePanel, cutJt808, DC09_MAX_BYTES, FIRE_PANEL_MAX_BYTES, JT808_MAX_BYTES } from './cuts.ts';
import { withoutPersons } from './jt808/without-persons.ts';
import type { Protocol } from './protocol.ts';

/** The protocols whose devices call us, by the key of their settings. */
export const PROTOCOLS = {
  jt808: {
    family: 'jt808',
    topic: 'JT/T 808 server',
    cut: cutJt808,
    maxBytes: JT808_MAX_BYTES,
    clean: withoutPersons,
  },
  firePanel: { family: 'fire-panel', topic: 'GB/T 26875.3 server', cut: cutFirePanel, maxBytes: FIRE_PANEL_MAX_BYTES },
  contactId: { family: 'contact-id', topic: 'DC-09 server', cut: cutDc09, maxBytes: DC09_MAX_BYTES },
} as const satisfies Readonly<Record<string, Protocol>>;
