import { family, record } from '../family.ts';

/** State and voltage (×0.1 kV) of two zones in turn; bit 0 of a state is a touch. The shape is ours. */
const CALM = [0, 68, 0, 68];
const TOUCHED = [1, 31, 0, 68];

export default family({
  about: { zh: '脉冲电子围栏（Modbus RTU，经串口服务器）', en: 'A pulse fence (Modbus RTU behind a serial server)' },
  name: '05',
  records: (name) => [record('sim-fence-host', 'sensor', 'fence-host', { aliases: [name] })],
  raises: { device: 'sim-fence-host', type: 'community.fence.intrusion' },
  way: 'polled',
  unit: 5,
  says: { start: () => [CALM], alarm: () => [TOUCHED], end: () => [CALM], malformed: () => ['noise'] },
});
