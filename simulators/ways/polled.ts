import { FenceHost } from '../vendors/fence-host.ts';
import type { Mouth } from './mouth.ts';

/** Stands at an address and answers with its registers when it is polled. */
export async function openPolled(url: string, unit: number): Promise<Mouth<readonly number[] | 'noise'>> {
  const { hostname, port } = new URL(url);
  const host = new FenceHost(unit, Number(port), hostname);
  await host.open();
  return {
    say: async (registers) => {
      host.isNoisy = registers === 'noise';
      if (registers !== 'noise') host.registers = [...registers];
    },
    close: () => host.close(),
    connection: { url: `tcp://${hostname}:${host.port}` },
  };
}
