import { readFileSync } from 'node:fs';
import { argv, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Codec } from '../../adapters/codec/definition.ts';
import { loadCatalogue } from '../../config/catalogue.ts';
import { withProfilesOf } from '../codec-profiles.ts';
import { DEVICE_KINDS, type Device } from '../domain/device.ts';
import { check } from '../domain/zod-fault.ts';
import { allCodecs } from './all-codecs.ts';
import { type Trial, tryPayload } from './trial.ts';

/* `npm run try-codec -- PROFILE FILE [TOPIC] [--device RECORD.json]`. Exit code 0 for an answer, 2 for a wrong call. */
const USAGE = `用法 / usage
  try-codec PROFILE FILE [TOPIC] [--device RECORD.json] [--retained]
    PROFILE  设备接入方式 / the profile, such as zigbee2mqtt
    FILE     报文；以 .hex 结尾的是十六进制 / the payload; hex digits where its name ends in .hex
    TOPIC    主题或路径；省略时取读得通的第一个 / the topic or path; else the first that reads it without a fault
    --device 设备档案，一个对象或一个列表 / the device's record, an object or a list of them
`;

/** A record as the HTTP interface takes it, where only what a codec looks at must be there. */
const Record = z.looseObject({
  id: z.string(),
  kind: z.enum(DEVICE_KINDS).default('sensor'),
  region: z.string().default('360900000000'),
  name: z.string().default(''),
  place: z.looseObject({}).default({}),
  compound: z.string().optional(),
  aliases: z.array(z.string()).optional(),
  zone: z.string().optional(),
  types: z.record(z.string(), z.string()).optional(),
  tags: z.array(z.string()).optional(),
  settings: z.record(z.string(), z.json()).optional(),
});
const Records = z.union([Record.transform((one) => [one]), z.array(Record)]);

const saysMuch = ({ result }: Trial): boolean => Object.values(result).some((reports) => reports.length > 0);

class CalledWrongly extends Error {}

function devicesOf(file: string | undefined, profile: string, topic: string): readonly Device[] {
  if (file === undefined) return standIns(profile, topic);
  const read = check(Records, JSON.parse(readFileSync(file, 'utf8')));
  if (!read.ok) throw new CalledWrongly(`${file}: ${read.error[0].field}: ${read.error[0].expected}`);
  return read.value.map(({ compound, aliases, zone, types, tags, settings, ...record }) => ({
    ...record,
    profile,
    enabled: true,
    version: 1,
    ...(compound === undefined ? {} : { compound }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(zone === undefined ? {} : { zone }),
    ...(types === undefined ? {} : { types }),
    ...(tags === undefined ? {} : { tags }),
    ...(settings === undefined ? {} : { settings }),
  }));
}

/** Without a record the parts of the topic stand for devices, so that something is seen at all. */
const standIns = (profile: string, topic: string): readonly Device[] => [
  {
    id: 'a-device',
    kind: 'sensor',
    profile,
    name: '',
    region: '360900000000',
    place: {},
    zone: 'Asia/Shanghai',
    aliases: topic.split('/').flatMap((_one, at, all) => [all[at] ?? '', all.slice(at).join('/')]),
    enabled: true,
    version: 1,
  },
];

function payloadOf(file: string): Uint8Array {
  const bytes = readFileSync(file);
  return file.endsWith('.hex') ? Buffer.from(bytes.toString('utf8').replaceAll(/\s/g, ''), 'hex') : bytes;
}

/** Every topic of the profile with its names as they stand, or the one that was said. */
const topicsOf = (codecs: readonly Codec[], said: string | undefined): readonly string[] =>
  said === undefined ? codecs.flatMap(({ topics }) => topics.map(({ text }) => text.replaceAll(/[{}*]/g, ''))) : [said];

async function run(): Promise<void> {
  const { positionals, values } = parseArgs({
    args: argv.slice(2),
    allowPositionals: true,
    options: { device: { type: 'string' }, retained: { type: 'boolean' } },
  });
  const [profile, file, said] = positionals;
  if (profile === undefined || file === undefined) throw new CalledWrongly(USAGE);
  const all = await allCodecs();
  const codecs = all.filter(({ family }) => family === profile);
  const families = [...new Set(all.map(({ family }) => family))].join(', ');
  if (codecs.length === 0) throw new CalledWrongly(`没有 ${profile}；有 / no ${profile}, there are: ${families}`);
  const payload = payloadOf(file);
  const catalogue = withProfilesOf(all, loadCatalogue());
  const trials = topicsOf(codecs, said).flatMap((topic) => {
    const message = { topic, payload, isRetained: values.retained ?? false, receivedAt: Date.now() };
    const trial = tryPayload({ codecs, catalogue, devices: devicesOf(values.device, profile, topic) }, message);
    return trial === undefined ? [] : [{ topic, trial }];
  });
  const best = trials.find(({ trial }) => trial.faults.length === 0 && saysMuch(trial)) ?? trials[0];
  const topics = codecs.flatMap((one) => one.topics.map(({ text }) => text)).join(', ');
  if (best === undefined)
    throw new CalledWrongly(`${said} 不是该接入方式的主题 / is no topic of ${profile}: ${topics}`);
  stdout.write(`${best.topic}\n${JSON.stringify(best.trial, undefined, 2)}\n`);
}

try {
  await run();
} catch (error) {
  if (!(error instanceof Error)) throw error;
  stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
