import { z } from 'zod';
import type { Codec } from '../../adapters/codec/definition.ts';
import type { DeviceProfile } from '../../config/profiles.ts';
import type { Samples } from './samples.ts';

/** What a page is made of: the family's codecs, its profile, the samples that its tests read. */
export type PageParts = Readonly<{
  family: string;
  codecs: readonly Codec[];
  profile: DeviceProfile | undefined;
  samples: Samples | undefined;
}>;

const HEAD = '<!-- 由 codec 生成，勿手改：node gateway/trial/write-pages.ts / made of the codec, not by hand -->';

/** The page of one family: topics, fields, what to know, examples with their results. */
export function pageOf({ family, codecs, profile, samples }: PageParts): string {
  const title = profile === undefined ? family : `${profile.zh} / ${profile.en}`;
  const about = codecs.flatMap(({ page }) => page.about);
  return [
    HEAD,
    `# ${family}: ${title}`,
    '',
    profile === undefined ? '' : profileLine(profile),
    ...(about.length === 0 ? [] : ['', '## 须知 / what to know', '', ...about.map((sentence) => `- ${sentence}`)]),
    '',
    '## 报文 / messages',
    ...codecs.flatMap(messageLines),
    ...(samples === undefined ? [] : exampleLines(samples)),
    '',
  ].join('\n');
}

const profileLine = ({ id, adapter, kinds, offlineAfterMs }: DeviceProfile): string =>
  `\`profile: ${id}\`，传输 / transport: ${adapter}，设备类别 / kinds: ${kinds.join(', ')}` +
  (offlineAfterMs === undefined ? '' : `，静默多久离线 / offline after ${offlineAfterMs / 1000} s`);

function messageLines({ topics, page, listens, commands }: Codec): readonly string[] {
  const fields = rowsOf(z.toJSONSchema(page.payload, { io: 'input', unrepresentable: 'any' }), '', true);
  const table = ['| 字段 / field | 类型 / type | 必有 / required |', '|---|---|---|', ...fields];
  return [
    '',
    `### ${topics.map(({ text }) => `\`${text}\``).join('，')}`,
    '',
    page.isUnread
      ? '不订阅、不读取。Neither subscribed nor read.'
      : `格式 / format: ${page.format}，至多 / at most ${page.maxBytes / 1024} KiB。`,
    ...(listens.length === 0
      ? []
      : ['', `设备可收听 / may listen: ${listens.map(({ text }) => `\`${text}\``).join('，')}`]),
    ...(Object.keys(commands).length === 0 ? [] : ['', `命令 / commands: ${Object.keys(commands).join(', ')}`]),
    ...(page.personal.length === 0
      ? []
      : ['', `不保存 / not kept: ${page.personal.map((name) => `\`${name}\``).join(', ')}`]),
    ...(fields.length === 0 || page.isUnread ? [] : ['', ...table]),
  ];
}

const Schema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  format: z.string().optional(),
});
type Schema = z.infer<typeof Schema>;

function rowsOf(input: unknown, path: string, isRequired: boolean): readonly string[] {
  const schema = Schema.parse(input ?? {});
  const own = path === '' ? [] : [`| \`${path}\` | ${typeOf(schema)} | ${isRequired ? '是 / yes' : ''} |`];
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, one]) =>
    rowsOf(one, path === '' ? name : `${path}.${name}`, schema.required?.includes(name) === true),
  );
  const items = schema.items === undefined ? [] : rowsOf(schema.items, `${path}[]`, true);
  const variants = (schema.anyOf ?? []).flatMap((one) =>
    hasFields(one) ? rowsOf(one, path, false).slice(own.length) : [],
  );
  return [...own, ...inner, ...items, ...variants];
}

const hasFields = (input: unknown): boolean => Schema.parse(input ?? {}).properties !== undefined;

function typeOf(schema: Schema): string {
  const { type, anyOf, enum: words, const: only, minimum, maximum, format } = schema;
  if (words !== undefined) return words.map((word) => `\`${JSON.stringify(word)}\``).join(' ');
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (anyOf !== undefined) return [...new Set(anyOf.map((one) => typeOf(Schema.parse(one ?? {}))))].join(' / ');
  const name = Array.isArray(type) ? type.join(' / ') : (type ?? 'any');
  const far = Number.MAX_SAFE_INTEGER;
  const bounds = [
    minimum === undefined || minimum <= -far ? undefined : `≥ ${minimum}`,
    maximum === undefined || maximum >= far ? undefined : `≤ ${maximum}`,
    format,
  ].filter((one) => one !== undefined);
  return bounds.length === 0 ? name : `${name} (${bounds.join(', ')})`;
}

/** A sample longer than this is told by its name only, in characters. */
const SHOWN_MAX_CHARS = 3_000;

function exampleLines({ cases, textOf }: Samples): readonly string[] {
  return [
    '',
    '## 例 / examples',
    ...cases.flatMap(({ file, transport, topic, result, error, note }) => {
      const text = textOf(file).trim();
      const shown = text === '' || text.length > SHOWN_MAX_CHARS ? [] : ['', '```', text, '```'];
      const told = { ...result, ...(error === undefined ? {} : { error }) };
      return [
        '',
        `### ${file}`,
        '',
        `${transport}，\`${topic}\`${note === undefined ? '' : `。${note}`}`,
        ...shown,
        '',
        '成为 / becomes:',
        '',
        '```json',
        JSON.stringify(told, undefined, 2),
        '```',
      ];
    }),
  ];
}
