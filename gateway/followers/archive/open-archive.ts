import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { InfluxSettings } from '../../../config/settings.ts';
import type { Archive, OnRefused } from './archive.ts';
import { openEmbeddedArchive } from './embedded.ts';
import { openInfluxV1 } from './influx-v1.ts';
import { openInfluxV2 } from './influx-v2.ts';
import { openInfluxV3 } from './influx-v3.ts';

const LOG_EACH_OF_FIRST = 10;
const LOG_THEN_EVERY = 1_000;

/** The archive that the settings name; without any, the embedded one in the data folder. */
export function openArchive(settings: InfluxSettings | undefined, dataDir: string, log: Logger): Archive {
  if (settings === undefined) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return openEmbeddedArchive(join(dataDir, 'archive.sqlite'));
  }
  const onRefused = logRefused(log);
  switch (settings.api) {
    case 'v1':
      return openInfluxV1(settings, onRefused);
    case 'v2':
      return openInfluxV2(settings, onRefused);
    case 'v3':
      return openInfluxV3(settings, onRefused);
  }
}

/** Logs what is set aside: each of the first, then a sample, since a whole stream may be at fault. All are counted. */
function logRefused(log: Logger): OnRefused {
  let refused = 0;
  return ({ measurement, fields, atNs }, text) => {
    refused++;
    if (refused > LOG_EACH_OF_FIRST && refused % LOG_THEN_EVERY !== 0) return;
    const seq = String(fields['seq']);
    log.warn({ measurement, seq, atNs: String(atNs), text, refused }, 'archive refused a point');
  };
}
