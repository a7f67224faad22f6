import { family, type Me, record } from '../family.ts';
import { dc09Frame } from '../vendors/frames.ts';

/** `_HH:MM:SS,MM-DD-YYYY` in GMT. Source: SIA DC-09, 5.5.1.9. */
const stamp = (now: number): string => {
  const [date = '', time = ''] = new Date(now).toISOString().slice(0, 19).split('T');
  return `_${time},${date.slice(5)}-${date.slice(0, 4)}`;
};
const sequence = (nth: number): string => String((nth % 9999) + 1).padStart(4, '0');
/** `event` is Q EEE GG CCC: 1 new, 3 restored; 131 is the perimeter, in partition 01, of zone 015. */
const told = ({ name, nth, now }: Me, event: string): Buffer =>
  dc09Frame(`"ADM-CID"${sequence(nth)}L0#${name}[#${name}|${event}]${stamp(now)}`);

export default family({
  about: { zh: '报警主机（SIA DC-09、Contact ID）：周界对射', en: 'An alarm panel (SIA DC-09, Contact ID): a beam' },
  name: '3699',
  records: (name) => [
    record('sim-contact-id-panel', 'sensor', 'contact-id', { aliases: [name] }),
    record('sim-contact-id', 'sensor', 'contact-id', { aliases: [`${name}/015`] }),
  ],
  raises: { device: 'sim-contact-id', type: 'community.beam.broken' },
  refused: 'bad-checksum',
  way: 'tcp',
  says: {
    heartbeat: ({ name, now }) => [dc09Frame(`"NULL"0000L0#${name}[]${stamp(now)}`)],
    alarm: (me) => [told(me, '1131 01 015')],
    end: (me) => [told(me, '3131 01 015')],
    malformed: (me) => {
      const frame = told(me, '1131 01 015');
      frame.writeUInt8(frame.readUInt8(1) === 0x30 ? 0x31 : 0x30, 1); // the first digit of its sum
      return [frame];
    },
  },
});
