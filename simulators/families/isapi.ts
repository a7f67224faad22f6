import { family, type Me, type Part, record } from '../family.ts';
import { chinaTime } from '../wall-clock.ts';

const alert = ({ name, now }: Me, type: string, state: string, count: number): Part => ({
  contentType: 'application/xml; charset="UTF-8"',
  body:
    '<EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">' +
    `<macAddress>${name}</macAddress><channelID>1</channelID><dateTime>${chinaTime(now, 'T')}+08:00</dateTime>` +
    `<activePostCount>${count}</activePostCount><eventType>${type}</eventType>${state}</EventNotificationAlert>`,
});
const is = (state: 'active' | 'inactive'): string => `<eventState>${state}</eventState>`;

export default family({
  about: { zh: '海康 ISAPI 报警流：区域入侵', en: 'An ISAPI alert stream: somebody inside' },
  name: '00:00:5e:00:53:99',
  records: (name) => [record('sim-isapi', 'camera', 'isapi', { aliases: [`${name}/1`] })],
  raises: { device: 'sim-isapi', type: 'camera.area.intrusion' },
  refused: 'missing-field',
  way: 'stream',
  boundary: 'boundary',
  says: {
    heartbeat: (me) => [alert(me, 'videoloss', is('inactive'), 0)],
    alarm: (me) => [alert(me, 'fielddetection', is('active'), 1)],
    end: (me) => [alert(me, 'fielddetection', is('inactive'), 0)],
    malformed: (me) => [alert(me, 'fielddetection', '', 1)],
  },
});
