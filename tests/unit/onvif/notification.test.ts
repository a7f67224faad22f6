import { expect, it } from 'vitest';
import { booleanOf, readNotifications } from '../../../adapters/onvif/notification.ts';
import { readXml } from '../../../adapters/onvif/xml.ts';

function read(inner: string) {
  const text = `<r xmlns:w="http://docs.oasis-open.org/wsn/b-2" xmlns:t="http://www.onvif.org/ver10/schema" xmlns:tns1="http://www.onvif.org/ver10/topics">${inner}</r>`;
  const root = readXml(text);
  if (!root.ok) throw new Error(root.error.reason);
  return readNotifications(root.value);
}
const topic = '<w:Topic>tns1:RuleEngine/LineDetector/Crossed</w:Topic>';
const message = (inner: string, attributes = '') =>
  `<w:Message><t:Message ${attributes}>${inner}</t:Message></w:Message>`;
const simple = (name: string, value: string) => `<t:SimpleItem Name="${name}" Value="${value}"/>`;

it('reads several messages of one notification, and a Notify without its wrapper', () => {
  const two =
    message(`<t:Data>${simple('ObjectId', '1')}</t:Data>`) + message(`<t:Data>${simple('ObjectId', '2')}</t:Data>`);
  const values = (all: ReturnType<typeof read>) => all.map(({ data }) => data[0]?.value);
  expect(values(read(`<w:NotificationMessage>${topic}${two}</w:NotificationMessage>`))).toEqual(['1', '2']);
  expect(values(read(topic + two))).toEqual(['1', '2']);
});

it('takes a message whose inner element was left out, and one that is missing for a heartbeat', () => {
  const bare = `<w:Message UtcTime="2026-01-01T00:00:00Z" PropertyOperation="Changed"><t:Data>${simple('State', 'true')}</t:Data></w:Message>`;
  expect(read(`<w:NotificationMessage>${topic}${bare}</w:NotificationMessage>`)).toMatchObject([
    { operation: 'Changed', data: [{ name: 'State', value: 'true' }] },
  ]);
  expect(read('<w:NotificationMessage><w:Topic/><w:Message/></w:NotificationMessage>')).toMatchObject([
    { topic: undefined, operation: undefined, data: [] },
  ]);
  expect(read('<w:NotificationMessage/>')).toMatchObject([{ topic: undefined }]);
});

it.each([
  ['Initialized', 'Initialized'],
  ['initialised', 'Initialized'],
  ['CHANGED', 'Changed'],
  ['deleted', 'Deleted'],
  ['Renewed', undefined],
  ['', undefined],
])('reads the operation %s as %s', (written, operation) => {
  expect(
    read(`<w:NotificationMessage>${topic}${message('', `PropertyOperation="${written}"`)}</w:NotificationMessage>`),
  ).toMatchObject([{ operation }]);
});

it('reads an ElementItem that holds one value, and passes over one that holds a figure', () => {
  const data =
    '<t:ElementItem Name="Id"><t:Object><t:Id> 7 </t:Id></t:Object></t:ElementItem>' +
    '<t:ElementItem Name="Polygon"><t:Point>1</t:Point><t:Point>2</t:Point></t:ElementItem>' +
    '<t:SimpleItem name="State" value="1"/><t:SimpleItem Name="Text">on</t:SimpleItem>';
  expect(
    read(`<w:NotificationMessage>${topic}${message(`<t:Data>${data}</t:Data>`)}</w:NotificationMessage>`),
  ).toMatchObject([
    {
      data: [
        { name: 'Id', value: '7' },
        { name: 'State', value: '1' },
        { name: 'Text', value: 'on' },
      ],
    },
  ]);
});

it('finds the boolean by its name, else whether any there is holds', () => {
  const items = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ name, value }));
  expect(booleanOf(items({ IsMotion: 'false', IsPeople: 'true' }), 'ismotion')).toBe(false);
  expect(booleanOf(items({ IsTPSmartEvent: 'false', IsVehicle: 'true' }), 'State')).toBe(true);
  expect(booleanOf(items({ ObjectId: '7', State: 'no' }), 'IsInside')).toBe(false);
  expect(booleanOf(items({ ObjectId: '7' }), 'IsInside')).toBeUndefined();
});
