import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CameraClock } from '../../../adapters/onvif/clock.ts';
import { readNotifications } from '../../../adapters/onvif/notification.ts';
import { SignalReader } from '../../../adapters/onvif/signals.ts';
import { readEnvelope } from '../../../adapters/onvif/soap.ts';
import { readXml } from '../../../adapters/onvif/xml.ts';
import type { Report } from '../../../gateway/domain/signal.ts';
import { cameraDevice } from '../../parts/onvif-ports.ts';
import { readRecording } from '../../parts/recorded-camera.ts';
import { reword, seededRandom } from '../../parts/reworded-xml.ts';

const RECORDINGS = [
  'cell_motion_camera_20260321',
  'dahua_dh_sd4a425db_hny_20260219',
  'hikvision_compatible_20260219',
  'unvr_cell_motion_78_20260321',
];
/** Messages of makers that no recording holds, as their firmware writes them. */
const MAKERS = [
  [
    'http://www.axis.com/2009/event/topics',
    'tns1:Device/tnsaxis:Sensor/PIR',
    '<tt:SimpleItem Name="state" Value="1"/>',
  ],
  [
    'http://www.hikvision.com/2011/event/topics',
    'tns1:Device/Trigger/tnsaxis:AlarmIn',
    '<tt:SimpleItem Name="State" Value="true"/>',
  ],
  ['urn:x', 'tns1:RuleEngine/TPSmartEventDetector/TPSmartEvent', '<tt:SimpleItem Name="IsPet" Value="true"/>'],
  ['urn:x', 'tns1:RuleEngine/ObjectDetection/Object', '<tt:SimpleItem Name="ClassTypes" Value="Human Vehicle"/>'],
  [
    'urn:x',
    'tns1:RuleEngine/LineDetector/Crossed',
    '<tt:ElementItem Name="ObjectId"><tt:Id>7</tt:Id></tt:ElementItem>',
  ],
  ['urn:nobody', 'tns1:RuleEngine/nb:Unheard/Of', '<tt:SimpleItem Name="Value" Value="1"/>'],
].map(
  ([uri, topic, data]) =>
    `<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:${topic?.includes('nb:') ? 'nb' : 'tnsaxis'}="${uri}"><e:Body><tev:PullMessagesResponse><wsnt:NotificationMessage><wsnt:Topic>${topic}</wsnt:Topic><wsnt:Message><tt:Message UtcTime="2026-03-21T17:05:40Z" PropertyOperation="Changed"><tt:Source><tt:SimpleItem Name="Source" Value="1"/></tt:Source><tt:Data>${data}</tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage></tev:PullMessagesResponse></e:Body></e:Envelope>`,
);

const recorded = RECORDINGS.flatMap(readRecording)
  .map(({ response }) => response)
  .filter((response) => response.includes('NotificationMessage>'));
const messages = [...recorded, ...MAKERS];

const NOW = Date.UTC(2026, 2, 21, 18);

function signalsOf(text: string): readonly Report[] {
  const body = readEnvelope(text, 200);
  if (!body.ok) throw new Error(`${body.error.text}: ${text}`);
  const device = cameraDevice('gate', 'http://10.0.0.7/');
  return new SignalReader(new CameraClock()).read(device, readNotifications(body.value.children[0]), NOW);
}

it('hears the same from a message in whatever words XML lets a camera put it', () => {
  expect(messages.length).toBeGreaterThan(60);
  fc.assert(
    fc.property(fc.nat(messages.length - 1), fc.integer(), (at, seed) => {
      const text = messages[at] ?? '';
      const read = readXml(text);
      if (!read.ok) throw new Error(read.error.reason);
      expect(signalsOf(reword(read.value, seededRandom(seed)))).toEqual(signalsOf(text));
    }),
    { numRuns: 400 },
  );
});

it('hears something from each of the makers, and keeps what it does not know as a dead letter with its topic', () => {
  const heard = MAKERS.map((text) => signalsOf(text)[0]);
  expect(heard.map((report) => report?.kind)).toEqual([...Array.from({ length: 5 }, () => 'signal'), 'dead-letter']);
  expect(heard[1]).toMatchObject({ type: 'tns1:Device/Trigger/tnshik:AlarmIn', active: true });
  expect(heard[5]).toMatchObject({ topic: 'tns1:RuleEngine/{urn:nobody}Unheard/Of' });
});
