import { family, type Me, record } from '../family.ts';
import { fireComponent, firePacket } from '../vendors/frames.ts';
import { chinaClock } from '../wall-clock.ts';

const RUNS = 1;
const FIRE = 2 | RUNS;
/** A smoke detector of loop 17, number 4. */
const detector = ({ name, nth, now }: Me, state: number): Buffer => {
  const local = chinaClock(now);
  const object = fireComponent({ loop: 17, number: 4, type: 42, state, local });
  return firePacket(name, nth % 65_536, local, object);
};

/** Source: GB/T 26875.3-2011. */
export default family({
  about: { zh: '消防用户传输装置（GB/T 26875.3）：火警', en: 'A fire panel’s transmitter (GB/T 26875.3): a fire' },
  name: '000036090299',
  records: (name) => [record('sim-fire-panel', 'sensor', 'fire-panel', { aliases: [name] })],
  raises: { device: 'sim-fire-panel', type: 'community.fire.panel' },
  refused: 'bad-checksum',
  way: 'tcp',
  says: {
    heartbeat: (me) => [detector(me, RUNS)],
    alarm: (me) => [detector(me, FIRE)],
    end: (me) => [detector(me, RUNS)],
    malformed: (me) => {
      const bytes = detector(me, FIRE);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3); // its sum, before ##
      return [bytes];
    },
  },
});
