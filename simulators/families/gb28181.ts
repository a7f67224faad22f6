import { family, type Me, record } from '../family.ts';
import { chinaTime } from '../wall-clock.ts';

/** A.2.5: method 5 is by video, type 6 an intrusion, whose event 1 is an entry. */
const notify = ({ name, nth, now }: Me, type: number): string =>
  '<?xml version="1.0" encoding="GB2312"?>\r\n<Notify><CmdType>Alarm</CmdType>' +
  `<SN>${nth}</SN><DeviceID>${name}</DeviceID><AlarmPriority>2</AlarmPriority><AlarmMethod>5</AlarmMethod>` +
  `<AlarmTime>${chinaTime(now, 'T')}</AlarmTime><Info><AlarmType>${type}</AlarmType>` +
  '<AlarmTypeParam><EventType>1</EventType></AlarmTypeParam></Info></Notify>';

export default family({
  about: { zh: '国标 GB/T 28181 摄像机：区域入侵报警', en: 'A GB/T 28181 camera: an intrusion' },
  name: '36090200001320000199',
  records: (name) => [record('sim-gb28181', 'camera', 'gb28181', { aliases: [name] })],
  raises: { device: 'sim-gb28181', type: 'camera.area.entered' },
  refused: 'unknown-code',
  way: 'sip',
  says: { alarm: (me) => [notify(me, 6)], malformed: (me) => [notify(me, 77)] },
});
