import type { Scenario } from '../scenario.ts';

const type = 'railway.perimeter.intrusion';

/** Somebody climbs at the fence beside the line, is there for some time, and leaves. */
export const fenceIntrusion: Scenario = {
  name: 'fence-intrusion',
  title: { zh: '周界入侵：K812+300 有人触碰防护栅栏', en: 'Somebody at the railway fence, K812+300' },
  steps: [
    { afterMs: 0, device: 'yz-fence-k812', event: { type, active: true, value: 3, text: '3 号防区触网' } },
    { afterMs: 6_000, device: 'yz-fence-k812', event: { type, active: true, value: 3, text: '3 号防区持续触网' } },
    { afterMs: 25_000, device: 'yz-fence-k812', event: { type, active: false, value: 0 } },
  ],
  raises: [{ device: 'yz-fence-k812', type }],
};
