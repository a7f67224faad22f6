import { describe, expect, it } from 'vitest';
import isapi from '../../../adapters/http/codecs/isapi.ts';
import { faultsIn, RECEIVED_AT, reader, recordOf, signalsIn } from './reading.ts';

const MAC = '00:00:5e:00:53:0a';
const alert = (
  fields: Readonly<Record<string, string>>,
  xmlns = 'http://www.hikvision.com/ver10/XMLSchema',
): string => {
  const all = {
    macAddress: MAC,
    channelID: '1',
    dateTime: '2026-11-24T12:30:11+08:00',
    activePostCount: '1',
    ...fields,
  };
  const inner = Object.entries(all).map(([name, value]) => `<h:${name}>${value}</h:${name}>`);
  return `<h:EventNotificationAlert xmlns:h="${xmlns}">${inner.join('')}</h:EventNotificationAlert>`;
};
const camera = recordOf('cam-1', { aliases: [`${MAC}/1`] });

describe('the ISAPI codec', () => {
  it('takes the posts of one run for the same signal, and the next run for another', () => {
    const { read } = reader(isapi, [camera]);
    const idOf = (fields: Readonly<Record<string, string>>, afterMs = 0) =>
      read(alert({ eventType: 'VMD', eventState: 'active', ...fields }), undefined, RECEIVED_AT + afterMs).reports.map(
        (one) => one.kind === 'signal' && one.id,
      )[0];
    const first = idOf({});
    expect(idOf({ activePostCount: '2', dateTime: '2026-11-24T12:30:12+08:00' }, 1000)).toBe(first);
    expect(idOf({ dateTime: '2026-11-24T12:30:15+08:00' }, 4000)).not.toBe(first);
    expect(idOf({ activePostCount: '9', dateTime: '2026-11-24T12:31:15+08:00' }, 64_000)).not.toBe(first);
  });

  it('reads every namespace, the old one of PSIA too, and names in either case', () => {
    const { read } = reader(isapi, [camera]);
    for (const xmlns of ['http://www.hikvision.com/ver20/XMLSchema', 'urn:psialliance-org', '']) {
      const body = alert({ eventType: 'PIR', eventState: 'active', macAddress: MAC.toUpperCase() }, xmlns);
      expect(signalsIn(read(body).reports)).toEqual(['cam-1 isapi:PIR true']);
    }
  });

  it('counts a recorder’s channels above 32 less 32, its own map first', () => {
    const channels = recordOf('cam-3', { aliases: ['nvr-1/3'] });
    const recorder = recordOf('nvr-1', { kind: 'recorder', settings: { channels: { '34': 'cam-2' } } });
    const { read } = reader(isapi, [recorder, channels, recordOf('cam-2')]);
    const dynamic = (channel: string) =>
      read(alert({ eventType: 'VMD', eventState: 'active', channelID: channel }), 'nvr-1').reports;
    expect(signalsIn(dynamic('35'))).toEqual(['cam-3 isapi:VMD true']);
    expect(signalsIn(dynamic('34'))).toEqual(['cam-2 isapi:VMD true']);
    expect(faultsIn(dynamic('40'))).toMatchObject([{ reason: 'unknown-device', field: 'channelID' }]);
  });

  it('takes the heartbeat of an access terminal for nothing but a sign of life', () => {
    const { read } = reader(isapi, [camera]);
    for (const eventState of ['active', 'inactive']) {
      const beat = {
        macAddress: MAC,
        channelID: 1,
        eventType: 'heartBeat',
        eventState,
        dateTime: '2026-11-24T12:31:00+08:00',
      };
      expect(read(JSON.stringify(beat)).reports).toEqual([{ kind: 'status', device: 'cam-1', online: true }]);
    }
  });

  it('takes an inactive video loss for the heartbeat, and for the end of a real one', () => {
    const { read, active } = reader(isapi, [camera]);
    const beat = alert({ eventType: 'videoloss', eventState: 'inactive' });
    expect(read(beat).reports).toEqual([{ kind: 'status', device: 'cam-1', online: true }]);
    active.add('cam-1 isapi:videoloss (active)');
    expect(signalsIn(read(beat).reports)).toEqual(['cam-1 isapi:videoloss (active) false']);
  });

  it('names an alarm input by its port where the record does', () => {
    const { read } = reader(isapi, [recordOf('cam-1', { aliases: [MAC], types: { 'IO/3': 'community.panic' } })]);
    const io = (port: string) =>
      signalsIn(read(alert({ eventType: 'IO', eventState: 'active', inputIOPortID: port })).reports);
    expect([io('3'), io('2')]).toEqual([['cam-1 IO/3 true'], ['cam-1 isapi:IO true']]);
  });

  it('keeps the time of a recorder without a zone only where its record names one', () => {
    const body = alert({ eventType: 'VMD', eventState: 'active', dateTime: '2026-11-24T12:30:11' });
    const atOf = (zone: string | undefined) => {
      const record = recordOf('cam-1', { aliases: [MAC], ...(zone === undefined ? {} : { zone }) });
      return reader(isapi, [record])
        .read(body)
        .reports.map((one) => one.kind === 'signal' && one.at)[0];
    };
    expect([atOf(undefined), atOf('Asia/Shanghai')]).toEqual([undefined, Date.parse('2026-11-24T04:30:11Z')]);
  });

  it('makes pseudonyms of who stood at a door, and keeps neither name nor number', () => {
    const door = recordOf('door-1', { kind: 'access', aliases: ['00:00:5e:00:53:14'] });
    const { read, active } = reader(isapi, [door]);
    const event = (sub: number, more = {}) =>
      JSON.stringify({
        macAddress: '00:00:5e:00:53:14',
        dateTime: '2026-11-24T12:31:00+08:00',
        eventType: 'AccessControllerEvent',
        eventState: 'active',
        AccessControllerEvent: {
          majorEventType: 5,
          subEventType: sub,
          serialNo: 7,
          name: '张三',
          employeeNoString: '1001',
          ...more,
        },
      });
    const { reports, kept } = read(event(75));
    expect(reports).toMatchObject([{ kind: 'access', result: 'granted', credential: 'keyed pseudonym of 1001' }]);
    expect(Buffer.from(kept).toString()).not.toMatch(/张三|"1001"/);
    expect(read(event(6)).reports).toMatchObject([{ kind: 'access', result: 'denied' }]);
    expect(signalsIn(read(event(27)).reports)).toEqual(['door-1 community.door.forced true']);
    active.add('door-1 community.door.held');
    expect(signalsIn(read(event(26)).reports)).toEqual(['door-1 community.door.held false']);
  });

  it('says everything that is wrong at once, and nothing of faces and plates', () => {
    const { read } = reader(isapi, [camera]);
    const faults = faultsIn(read(`<EventNotificationAlert><channelID>x</channelID></EventNotificationAlert>`).reports);
    expect(faults.map(({ field }) => field)).toEqual(['channelID', 'eventType', 'eventState']);
    expect(read(alert({ eventType: 'ANPR', eventState: 'active' })).reports).toEqual([]);
    expect(faultsIn(read('<EventNotificationAlert><eventType>').reports)).toMatchObject([{ reason: 'not-xml' }]);
  });
});
