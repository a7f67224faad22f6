import { expect, it } from 'vitest';
import { argsOf, choicesFor } from '../../../console/src/alarms/announcing.ts';

const BY_MQTT = { profile: 'fengsui' };
const BY_ONVIF = { profile: 'onvif' };
const BY_RTP = { profile: 'rtp' };

it('offers a loudspeaker only what it can say', () => {
  expect(choicesFor(BY_MQTT, ['演练']).map(({ kind }) => kind)).toEqual(['phrase', 'phrase', 'phrase']);
  const kinds = choicesFor(BY_ONVIF, ['演练', '疏散']).map(({ kind }) => kind);
  expect(kinds).toEqual(['phrase', 'phrase', 'phrase', 'words', 'tone', 'tone', 'tone', 'file', 'file']);
});

it('orders a stored phrase where it is stored, and its words, in Chinese, where they are spoken', () => {
  const phrase = { kind: 'phrase', phrase: 'leave-track' } as const;
  expect(argsOf(phrase, BY_MQTT, '')).toEqual({ phrase: 'leave-track' });
  expect(argsOf(phrase, BY_ONVIF, '')).toEqual({ text: '请立即离开铁路线路' });
  expect(argsOf(phrase, BY_RTP, '')).toEqual({ text: '请立即离开铁路线路' });
  expect(argsOf({ kind: 'words' }, BY_ONVIF, '前方有落石')).toEqual({ text: '前方有落石' });
  expect(argsOf({ kind: 'tone', tone: 'siren' }, BY_ONVIF, '')).toEqual({ tone: 'siren' });
  expect(argsOf({ kind: 'file', file: '演练' }, BY_ONVIF, '')).toEqual({ file: '演练' });
});
