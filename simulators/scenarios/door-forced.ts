import type { Scenario } from '../scenario.ts';

const type = 'community.door.forced';

/** The gate of a compound is broken open, and shut again later. */
export const doorForced: Scenario = {
  name: 'door-forced',
  title: { zh: '强行开门：秀江名苑 1 号门', en: 'A door is forced in Xiujiang Mingyuan' },
  steps: [
    { afterMs: 0, device: 'yz-door-xj-01', event: { type, active: true, text: '门磁断开，无开门指令' } },
    { afterMs: 20_000, device: 'yz-door-xj-01', event: { type, active: false } },
  ],
  raises: [{ device: 'yz-door-xj-01', type }],
};
