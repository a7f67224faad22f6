import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { canonicalTopic, isPrivate, ruleOf, TOPIC_RULES } from '../../../adapters/onvif/topics.ts';
import { readXml } from '../../../adapters/onvif/xml.ts';
import { loadCatalogue } from '../../../config/catalogue.ts';

const CATALOGUE = new URL('../../../config/catalogue/alarm-types.csv', import.meta.url);

const topic = (text: string, declared = 'xmlns:tns1="http://www.onvif.org/ver10/topics"') => {
  const read = readXml(`<wsnt:Topic ${declared}>${text}</wsnt:Topic>`);
  return read.ok ? canonicalTopic(read.value) : undefined;
};

it.each([
  ['tns1:RuleEngine/LineDetector/Crossed', undefined, 'tns1:RuleEngine/LineDetector/Crossed'],
  [
    '\n tt1:RuleEngine/CellMotionDetector/Motion ',
    'xmlns:tt1="http://www.onvif.org/ver10/topics"',
    'tns1:RuleEngine/CellMotionDetector/Motion',
  ],
  ['tns1:Device/tns1:Trigger/tns1:DigitalInput', undefined, 'tns1:Device/Trigger/DigitalInput'],
  ['tns1:VideoSource/MotionAlarm//.', undefined, 'tns1:VideoSource/MotionAlarm'],
  ['tns1:RuleEngine/LineDetector/Crossed', '', 'tns1:RuleEngine/LineDetector/Crossed'],
  [
    'a:CameraApplicationPlatform/VMD/b:Camera1',
    'xmlns:a="http://www.axis.com/2009/event/topics" xmlns:b="http://www.axis.com/2009/event/topics"',
    'tnsaxis:CameraApplicationPlatform/VMD/tnsaxis:Camera1',
  ],
  [
    'tns1:RuleEngine/LineDetector/Crossed',
    'xmlns:tns1="urn:somebody-else"',
    '{urn:somebody-else}RuleEngine/LineDetector/Crossed',
  ],
  ['', undefined, undefined],
  ['  \n ', undefined, undefined],
])('reads the topic %s by its namespace', (text, declared, canonical) => {
  expect(topic(text, declared)).toBe(canonical);
});

it.each([
  'tns1:RuleEngine/MyRuleDetector/FaceDetect',
  'tns1:RuleEngine/Recognition/Face',
  'tns1:RuleEngine/Recognition/LicensePlate',
  'tns1:UserAlarm/IVA/FaceRecognition',
  'tns1:RuleEngine/ANPR/Plate',
  '{urn:x}Lpr/Stranger',
])('does not look into %s', (name) => {
  expect(isPrivate(name)).toBe(true);
});

it.each([
  'tns1:RuleEngine/LineDetector/Crossed',
  'tns1:Device/NetworkInterface/Surface',
  'tns1:RuleEngine/Template/Plateau',
  '{http://face.example/plate}RuleEngine/Motion',
])('takes %s for what it is', (name) => {
  expect(isPrivate(name)).toBe(false);
});

it('finds the rule of everything below a topic, where there is none of its own', () => {
  expect(ruleOf('tns1:VideoSource/GlobalSceneChange/ImagingService')).toMatchObject({ is: 'state', item: 'State' });
  expect(ruleOf('tns1:VideoSource/GlobalSceneChange')).toBeUndefined();
  expect(ruleOf('tns1:UserAlarm/IVA/SomethingNew')).toBeUndefined();
});

const CONTEXT = { kind: 'camera', tags: [] } as const;

it('has a rule for every topic by which the catalogue finds an alarm type', () => {
  const written = [
    ...readFileSync(CATALOGUE, 'utf8').matchAll(/tns[a-z0-9]+:[A-Za-z0-9/]+(?::[A-Za-z0-9/]+)?(?:\/\*)?/g),
  ].map(([name]) => name.replace('/*', '/Any'));
  expect(written.length).toBeGreaterThan(30);
  expect(written.filter((name) => ruleOf(name) === undefined)).toEqual([]);
});

it('tells nothing as a signal that the catalogue would not know', () => {
  const { typeOfWord } = loadCatalogue();
  const words = TOPIC_RULES.flatMap((rule) => {
    const name = rule.topic.replace('/*', '/Any');
    if (rule.is === 'filled') return [name];
    if (rule.is === 'words') return Object.values(rule.words).map((word) => (word === '' ? name : `${name} (${word})`));
    return rule.is === 'pulse' || rule.is === 'state' || rule.is === 'level' ? [name] : [];
  });
  expect(words.filter((word) => typeOfWord(word, CONTEXT) === undefined)).toEqual([]);
});
