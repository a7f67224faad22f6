import { startMqtt } from '../../../adapters/mqtt/mqtt.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { log, settings } from './parts.ts';
import { directory } from './recording-intake.ts';

/**
 * The adapter as a program of its own, for tests that kill it: `node adapter-process.ts stalled|taking URL`. Says what
 * it is given and what it took, a line each. `stalled` never takes anything.
 */
const [mode, url] = process.argv.slice(2);

const adapter = await startMqtt({
  settings: { ...settings, url: url === 'embedded' ? undefined : url },
  intake: {
    accept: async (reports) => {
      const ids = reports.map((report) => ('id' in report ? report.id : report.kind)).join(' ');
      process.stdout.write(`given ${ids}\n`);
      if (mode === 'stalled') await new Promise(() => undefined);
      process.stdout.write(`took ${ids}\n`);
    },
  },
  directory,
  house: houseOf(),
  log,
  now: Date.now,
});
process.stdout.write(`ready ${adapter.url}\n`);
