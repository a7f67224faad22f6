import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { InfluxSettings } from '../../../config/settings.ts';
import type { Archive, OnRefused } from './archive.ts';
import { type ArchiveKeeping, type EmbeddedArchive, openEmbeddedArchive } from './embedded.ts';
import { openInfluxV1 } from './influx-v1.ts';
import { openInfluxV2 } from './influx-v2.ts';
import { openInfluxV3 } from './influx-v3.ts';
import { type KeepingPorts, keepArchiveWithin } from './keeping.ts';

type Keeping = ArchiveKeeping & Readonly<{ now: () => number }>;

const LOG_EACH_OF_FIRST = 10;
const LOG_THEN_EVERY = 1_000;

/** The archive that the settings name; without any, the embedded one in the data folder. Without `keeping` it forgets nothing. */
export function openArchive(
  settings: InfluxSettings | undefined,
  dataDir: string,
  log: Logger,
  keeping?: Keeping,
): Archive {
  if (settings === undefined) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const archive = openEmbeddedArchive(join(dataDir, 'archive.sqlite'));
    return keeping === undefined ? archive : keptWithin(archive, { keeping, now: keeping.now, log });
  }
  const onRefused = logRefused(log);
  switch (settings.api) {
    case 'v1':
      return openInfluxV1(settings, onRefused, keeping?.keepDays);
    case 'v2':
      return openInfluxV2(settings, onRefused);
    case 'v3':
      return openInfluxV3(settings, onRefused);
  }
}

/** The archive, which then also forgets, until it is closed. */
function keptWithin(archive: EmbeddedArchive, around: Omit<KeepingPorts, 'archive'>): Archive {
  const stopForgetting = keepArchiveWithin({ ...around, archive });
  return {
    write: (points) => archive.write(points),
    find: (alarm, at) => archive.find(alarm, at),
    check: () => archive.check(),
    refused: archive.refused,
    cursors: archive.cursors,
    close: async () => {
      await stopForgetting();
      await archive.close();
    },
  };
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
