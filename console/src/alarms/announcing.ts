import type { Device } from '../../../gateway/http/contract/devices.ts';
import zh from '../i18n/zh-CN.ts';
import { PHRASES, type Phrase } from './phrases.ts';

export const TONES = ['chime', 'alert', 'siren'] as const;
type Tone = (typeof TONES)[number];

/** What may be chosen: a phrase, words of one's own, a tone, or a file that the gateway keeps. */
export type Choice =
  | Readonly<{ kind: 'phrase'; phrase: Phrase }>
  | Readonly<{ kind: 'words' }>
  | Readonly<{ kind: 'tone'; tone: Tone }>
  | Readonly<{ kind: 'file'; file: string }>;

/** One that speaks by MQTT plays what it has stored; one by ONVIF or by RTP says what the gateway makes. */
export const saysAnything = ({ profile }: Pick<Device, 'profile'>): boolean => profile === 'onvif' || profile === 'rtp';

export function choicesFor(speaker: Pick<Device, 'profile'>, files: readonly string[]): readonly Choice[] {
  const phrases = PHRASES.map((phrase) => ({ kind: 'phrase' as const, phrase }));
  if (!saysAnything(speaker)) return phrases;
  return [
    ...phrases,
    { kind: 'words' },
    ...TONES.map((tone) => ({ kind: 'tone' as const, tone })),
    ...files.map((file) => ({ kind: 'file' as const, file })),
  ];
}

/** The order's arguments. Words are said in Chinese, whatever language the desk has: that is what is understood on site. */
export function argsOf(choice: Choice, speaker: Pick<Device, 'profile'>, words: string): Record<string, string> {
  switch (choice.kind) {
    case 'phrase':
      return saysAnything(speaker) ? { text: zh.phrase[choice.phrase] } : { phrase: choice.phrase };
    case 'words':
      return { text: words };
    case 'tone':
      return { tone: choice.tone };
    case 'file':
      return { file: choice.file };
    default:
      return choice satisfies never;
  }
}
