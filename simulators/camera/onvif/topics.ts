/** A named value of an event, and its type in the schema that GetEventProperties tells. */
type Item = Readonly<{ name: string; type: string }>;

/**
 * What a topic's messages carry. A property has a state that holds until it changes; `initial` is that state when the
 * camera starts, where it has one without an object in view. Key items tell one object's state from another's.
 */
export type Topic = Readonly<{
  topic: string;
  isProperty: boolean;
  source: readonly Readonly<{ name: string; type: string; value: string }>[];
  key: readonly Item[];
  data: readonly Item[];
  initial?: Readonly<Record<string, string>>;
}>;

const VIDEO_SOURCE = { name: 'VideoSourceToken', type: 'tt:ReferenceToken', value: 'video-source' };
const ruleSource = (rule: string): Topic['source'] => [
  { name: 'VideoSourceConfigurationToken', type: 'tt:ReferenceToken', value: 'video-source-configuration' },
  { name: 'VideoAnalyticsConfigurationToken', type: 'tt:ReferenceToken', value: 'video-analytics-configuration' },
  { name: 'Rule', type: 'xs:string', value: rule },
];
const OBJECT_ID = { name: 'ObjectId', type: 'xs:integer' };
const boolean = (name: string): readonly Item[] => [{ name, type: 'xs:boolean' }];

/** Sources: ONVIF Analytics, annex A and B; Imaging, "Events"; Core, "Device triggers"; TamperDetector as cameras have it. */
export const TOPICS: readonly Topic[] = [
  {
    topic: 'RuleEngine/LineDetector/Crossed',
    isProperty: false,
    source: ruleSource('line-1'),
    key: [],
    data: [OBJECT_ID],
  },
  {
    topic: 'RuleEngine/FieldDetector/ObjectsInside',
    isProperty: true,
    source: ruleSource('field-1'),
    key: [OBJECT_ID],
    data: boolean('IsInside'),
  },
  {
    topic: 'RuleEngine/CellMotionDetector/Motion',
    isProperty: true,
    source: ruleSource('motion-1'),
    key: [],
    data: boolean('IsMotion'),
    initial: { IsMotion: 'false' },
  },
  {
    topic: 'RuleEngine/TamperDetector/Tamper',
    isProperty: true,
    source: ruleSource('tamper-1'),
    key: [],
    data: boolean('IsTamper'),
    initial: { IsTamper: 'false' },
  },
  {
    topic: 'VideoSource/MotionAlarm',
    isProperty: true,
    source: [{ ...VIDEO_SOURCE, name: 'Source' }],
    key: [],
    data: boolean('State'),
    initial: { State: 'false' },
  },
  {
    topic: 'VideoSource/GlobalSceneChange/ImagingService',
    isProperty: true,
    source: [{ ...VIDEO_SOURCE, name: 'Source' }],
    key: [],
    data: boolean('State'),
    initial: { State: 'false' },
  },
  {
    topic: 'Device/Trigger/DigitalInput',
    isProperty: true,
    source: [{ name: 'InputToken', type: 'tt:ReferenceToken', value: 'input-1' }],
    key: [],
    data: boolean('LogicalState'),
    initial: { LogicalState: 'false' },
  },
  {
    topic: 'Device/Trigger/Relay',
    isProperty: true,
    source: [{ name: 'RelayToken', type: 'tt:ReferenceToken', value: 'relay-1' }],
    key: [],
    data: [{ name: 'LogicalState', type: 'tt:RelayLogicalState' }],
    initial: { LogicalState: 'inactive' },
  },
];

export const findTopic = (topic: string): Topic | undefined => TOPICS.find((known) => known.topic === topic);
