import { family, type Me, record } from '../family.ts';
import { jt808Frame, jt808Position } from '../vendors/frames.ts';
import { chinaDigits } from '../wall-clock.ts';

const HEARTBEAT = 0x0002;
const POSITION = 0x0200;
const frame = ({ name: phone, nth }: Me, id: number, body: Uint8Array): Buffer =>
  jt808Frame({ id, phone, serial: nth % 65_536, body });
const position = (me: Me, isSos: boolean): Buffer =>
  frame(me, POSITION, jt808Position({ lng: 114.4012, lat: 27.8013, at: chinaDigits(me.now), isSos }));

/** Source: JT/T 808-2013. */
export default family({
  about: { zh: '巡防车载终端（JT/T 808）：求助', en: 'A patrol’s terminal (JT/T 808): a call for help' },
  name: '13609000099',
  records: (name) => [record('sim-jt808', 'railway', 'jt808', { aliases: [name] })],
  raises: { device: 'sim-jt808', type: 'railway.patrol.sos' },
  refused: 'bad-checksum',
  way: 'tcp',
  says: {
    heartbeat: (me) => [frame(me, HEARTBEAT, Buffer.alloc(0))],
    alarm: (me) => [position(me, true)],
    malformed: (me) => {
      const bytes = position(me, false);
      bytes.writeUInt8(bytes.readUInt8(10) ^ 1, 10);
      return [bytes];
    },
  },
});
