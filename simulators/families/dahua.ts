import { family, type Me, type Part, record } from '../family.ts';

const part = (text: string): Part => ({ contentType: 'text/plain', body: `${text}\r\n` });
const crossing = ({ now, round }: Me, action: 'Start' | 'Stop'): Part => {
  const data = { EventSeq: round, Name: 'Rule1', UTC: Math.floor(now / 1000), UTCMS: now % 1000 };
  return part(`Code=CrossRegionDetection;action=${action};index=0;data=${JSON.stringify(data, undefined, 3)}`);
};

/** Source: rroller/dahua. */
export default family({
  about: { zh: '大华事件流：区域入侵', en: 'A Dahua event manager: somebody inside' },
  name: 'sim-dahua',
  records: (name) => [record(name, 'camera', 'dahua', {})],
  raises: { device: 'sim-dahua', type: 'camera.area.intrusion' },
  refused: 'unknown-code',
  way: 'stream',
  boundary: 'myboundary',
  says: {
    heartbeat: () => [part('Heartbeat')],
    alarm: (me) => [crossing(me, 'Start')],
    end: (me) => [crossing(me, 'Stop')],
    malformed: () => [part('Code=VideoMotion;action=Begin;index=0')],
  },
});
