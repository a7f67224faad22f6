import { describe, expect, it } from 'vitest';
import type { Decoded } from '../../../adapters/codec/definition.ts';
import contactId from '../../../adapters/tcp/codecs/contact-id.ts';
import firePanel from '../../../adapters/tcp/codecs/fire-panel.ts';
import jt808 from '../../../adapters/tcp/codecs/jt808.ts';
import { decrypt, encrypt, keyOf } from '../../../adapters/tcp/dc09/frame.ts';
import { readFrame } from '../../../adapters/tcp/jt808/frame.ts';
import { gcj02Of, wgs84Of } from '../../../adapters/tcp/jt808/gcj02.ts';
import { dc09Frame, fireComponent, firePacket, jt808Frame, jt808Position } from '../../../simulators/vendors/frames.ts';
import { faultsIn, reader, recordOf, signalsIn } from './reading.ts';

const PHONE = '13609000007';
const collar = recordOf('collar-1', { profile: 'jt808', aliases: [PHONE] });
const message = (id: number, serial: number, body: Uint8Array, more = {}) =>
  jt808Frame({ id, phone: PHONE, serial, body, ...more });
/** Answers as `id: body`. */
const answersOf = ({ replies = [] }: Decoded): readonly string[] =>
  replies.map(({ payload }) => {
    const frame = readFrame(Buffer.from(payload));
    return frame.ok ? `${frame.value.head.id.toString(16)}: ${frame.value.body.toString('hex')}` : 'broken';
  });
const position = (more = {}) => jt808Position({ lng: 114.36502, lat: 27.78014, at: '261124123034', ...more });

describe('the JT/T 808 codec', () => {
  it('registers a terminal that it knows, and greets it by the code that it gave', () => {
    const { read } = reader(jt808, [collar]);
    const code = Buffer.from(`keyed pseudonym of jt808 ${PHONE}`).toString('hex');
    expect(answersOf(read(message(0x0100, 5, Buffer.alloc(40))))).toEqual([`8100: 000500${code}`]);
    expect(answersOf(read(message(0x0102, 6, Buffer.from('code'))))).toEqual(['8001: 0006010200']);
    const stranger = jt808Frame({ id: 0x0100, phone: '1', serial: 1, body: Buffer.alloc(40) });
    expect(answersOf(read(stranger))).toEqual(['8100: 000104']);
    expect(faultsIn(read(stranger).reports)).toMatchObject([{ reason: 'unknown-device', field: 'number', value: '1' }]);
  });

  it('confirms a call for help by name when a plain answer did not clear it', () => {
    const { read } = reader(jt808, [collar]);
    expect(answersOf(read(message(0x0200, 1, position({ isSos: true }))))).toEqual(['8001: 0001020000']);
    expect(answersOf(read(message(0x0200, 2, position({ isSos: true }))))).toEqual([
      '8001: 0002020000',
      '8203: 000200000001',
    ]);
    expect(answersOf(read(message(0x0200, 3, position())))).toEqual(['8001: 0003020000']);
  });

  it('puts a batch in two parts together, answers its parts when it is whole, and loses no good item to a bad one', () => {
    const { read } = reader(jt808, [collar]);
    const item = (bytes: Buffer) => Buffer.concat([Buffer.of(0, bytes.length), bytes]);
    const batch = Buffer.concat([
      Buffer.of(0, 3, 1),
      item(position()),
      item(Buffer.alloc(5)),
      item(position({ isSos: true })),
    ]);
    const parts = [batch.subarray(0, 40), batch.subarray(40)];
    const first = read(message(0x0704, 10, parts[0] ?? batch, { part: { total: 2, index: 1 } }));
    expect([first.reports, first.replies]).toEqual([[], []]);
    const whole = read(message(0x0704, 11, parts[1] ?? batch, { part: { total: 2, index: 2 } }));
    expect(signalsIn(whole.reports)).toEqual(['collar-1 railway.patrol.sos undefined']);
    expect(whole.reports.filter(({ kind }) => kind === 'telemetry')).toHaveLength(2);
    expect(faultsIn(whole.reports)).toMatchObject([{ reason: 'bad-length' }]);
    expect(answersOf(whole)).toEqual(['8001: 000a070400', '8001: 000b070400']);
  });

  it('has no place without a fix, and none of a patrol that asks for nothing', () => {
    const placeOf = (tags: readonly string[], body: Buffer) =>
      reader(jt808, [{ ...collar, tags }])
        .read(message(0x0200, 1, body))
        .reports.flatMap((one) => (one.kind === 'telemetry' ? [one.place] : []))[0];
    expect(placeOf([], position({ isLocated: false }))).toBeUndefined();
    expect(placeOf(['patrol'], position())).toBeUndefined();
    expect(placeOf(['patrol'], position({ isSos: true }))).toEqual({ lng: 114.36502, lat: 27.78014 });
  });

  it('turns GCJ-02 back to within a centimetre, by the record’s word', () => {
    const real = { lng: 114.36502, lat: 27.78014 };
    const shifted = gcj02Of(real);
    expect(Math.hypot(shifted.lng - real.lng, shifted.lat - real.lat)).toBeGreaterThan(0.003);
    expect(wgs84Of(shifted).lng).toBeCloseTo(real.lng, 6);
    const { read } = reader(jt808, [{ ...collar, settings: { datum: 'GCJ-02' } }]);
    const [told] = read(message(0x0200, 1, position(shifted))).reports;
    expect(told?.kind === 'telemetry' && told.place?.lat).toBeCloseTo(real.lat, 5);
  });

  it('keeps a call for help whose clock was never set, and says so', () => {
    const { reports, warnings } = reader(jt808, [collar]).read(
      message(0x0200, 1, position({ isSos: true, at: '261324256100' })),
    );
    expect(signalsIn(reports)).toEqual(['collar-1 railway.patrol.sos undefined', 'collar-1 device.clock.off true']);
    expect(warnings).toMatchObject(
      [{ reason: 'bad-time', field: 'time' }, { reason: 'bad-time' }].slice(0, warnings.length),
    );
  });
});

describe('the fire panel codec', () => {
  const SOURCE = '000036090201';
  const local = new Date('2026-11-24T12:30:38Z');
  const panel = recordOf('panel-1', { profile: 'fire-panel', aliases: [SOURCE] });
  const told = (number: number, state: number) =>
    firePacket(
      SOURCE,
      number,
      local,
      Buffer.concat([Buffer.of(2, 1), fireComponent({ loop: 1, number, type: 23, state, local }).subarray(2)]),
    );

  it('ends a fire with the last part that burns, and at a reset', () => {
    const { read, active } = reader(firePanel, [panel]);
    read(Buffer.concat([told(1, 2)]));
    read(told(2, 2));
    active.add('panel-1 community.fire.panel');
    expect(signalsIn(read(told(1, 1)).reports)).toEqual([]);
    expect(signalsIn(read(told(2, 1)).reports)).toEqual(['panel-1 community.fire.panel false']);
    read(told(2, 2));
    const reset = Buffer.of(4, 1, 1, 1, 1, 0, 38, 30, 12, 24, 11, 26);
    expect(signalsIn(read(firePacket(SOURCE, 9, local, reset)).reports)).toEqual([
      'panel-1 community.fire.panel false',
    ]);
  });

  it('tells fire, fault and lost power of one part as three signals of one time, each its own', () => {
    const { reports } = reader(firePanel, [panel]).read(told(1, 0x107));
    expect(signalsIn(reports)).toEqual([
      'panel-1 community.fire.panel true',
      'panel-1 community.fire.panel-fault true',
      'panel-1 device.power.lost true',
    ]);
    expect(new Set(reports.map((one) => one.kind === 'signal' && one.id)).size).toBe(3);
  });

  it('raises a fire in a test as a test only where the record says that the panel means it', () => {
    const one = (settings: Readonly<Record<string, boolean>>) =>
      signalsIn(reader(firePanel, [{ ...panel, settings }]).read(told(1, 2)).reports);
    expect(one({})).toEqual(['panel-1 community.fire.panel true']);
    expect(one({ testBit: true })).toEqual(['panel-1 device.test undefined']);
  });

  it('measures, and confirms what it does not know with a letter', () => {
    const { read } = reader(firePanel, [panel]);
    const analog = Buffer.of(3, 1, 1, 1, 30, 1, 0, 1, 0, 3, 0x17, 1, 38, 30, 12, 24, 11, 26);
    expect(read(firePacket(SOURCE, 1, local, analog)).reports).toMatchObject([
      { kind: 'telemetry', values: { temperature_c: 27.9 } },
    ]);
    const unknown = read(firePacket(SOURCE, 2, local, Buffer.of(99, 1)));
    expect(faultsIn(unknown.reports)).toMatchObject([{ reason: 'unknown-code', field: 'type flag', value: '99' }]);
    expect(unknown.replies.map(({ payload }) => Buffer.from(payload).readUInt8(26))).toEqual([3]);
  });
});

describe('the DC-09 codec', () => {
  const KEY = '0123456789abcdef0123456789abcdef';
  const key = keyOf(KEY) ?? Buffer.alloc(16);
  const plain = recordOf('panel-1', { profile: 'contact-id', aliases: ['3609'] });
  const secret = { ...plain, connection: { url: 'dc09://panel', password: KEY } };
  const at = '_04:40:00,11-24-2026';
  const said = (decoded: Decoded): string => Buffer.from(decoded.replies[0]?.payload ?? '').toString();

  it('says nothing of users but that one was there, and measures arming', () => {
    const { read } = reader(contactId, [plain]);
    const [denied] = read(dc09Frame(`"ADM-CID"0001L0#3609[#3609|1421 01 012]${at}`)).reports;
    expect(denied).toMatchObject({ device: 'panel-1', type: 'contact-id:421', text: 'E421 user partition 01' });
    expect(read(dc09Frame(`"ADM-CID"0002L0#3609[#3609|3401 01 012]${at}`)).reports).toMatchObject([
      { values: { armed: 1 } },
    ]);
  });

  it('reads SIA codes as the Contact-ID that says the same', () => {
    const { read } = reader(contactId, [plain]);
    const [burglary] = read(dc09Frame(`"SIA-DCS"0003R1L0#3609[#3609|Nri01/BA015]${at}`)).reports;
    expect(burglary).toMatchObject({ type: 'contact-id:130', active: true, text: 'E130 zone 015 partition 01' });
    const both = read(dc09Frame(`"SIA-DCS"0004L0#3609[#3609|Nri01/BA015/FA016]${at}`));
    expect(signalsIn(both.reports)).toEqual(['panel-1 contact-id:130 true', 'panel-1 contact-id:110 true']);
    expect(said(read(dc09Frame(`"SIA-DCS"0003R1L0#3609[#3609|Nri01/ZZ015]${at}`)))).toContain('"DUH"0003R1L0#3609[]');
  });

  it('takes an encrypted frame of an account with a key, answers in kind, and no plain one', () => {
    const { read } = reader(contactId, [secret]);
    const sealed = (time: string) =>
      dc09Frame(`"*ADM-CID"0001L0#3609[${encrypt(`#3609|1131 01 015]${time}`, key).toUpperCase()}`);
    const good = read(sealed(at));
    expect(signalsIn(good.reports)).toEqual(['panel-1 contact-id:131 true']);
    const cipher = /"\*ACK"0001L0#3609\[([0-9A-F]+)\r$/.exec(said(good))?.[1] ?? '';
    expect(decrypt(cipher, key)).toBe(`]${at}`);
    expect(said(read(sealed('_04:39:00,11-24-2026')))).toContain(`"NAK"0000L0#3609[]${at}`);
    expect(faultsIn(read(dc09Frame(`"ADM-CID"0001L0#3609[#3609|1131 01 015]${at}`)).reports)).toMatchObject([
      { reason: 'signature' },
    ]);
  });

  it('finds the zone’s own device by alias or by the panel’s list', () => {
    const zones = recordOf('beam-1', { aliases: ['3609/015'] });
    const listed = { ...plain, settings: { zones: { '016': 'beam-2' } } };
    const { read } = reader(contactId, [listed, zones, recordOf('beam-2')]);
    const deviceOf = (zone: string) =>
      read(dc09Frame(`"ADM-CID"0001L0#3609[#3609|1131 01 ${zone}]${at}`)).reports.map(({ device }) => device);
    expect([deviceOf('015'), deviceOf('016'), deviceOf('017')]).toEqual([['beam-1'], ['beam-2'], ['panel-1']]);
  });
});
