import { type RunningGateway, startGateway } from '../tests/parts/gateway.ts';
import { temporaryFolder } from '../tests/parts/temporary-folder.ts';
import type { Finishing } from './finishing.ts';

/** What is measured is how fast it goes, not where it holds one sender back. */
export const UNHELD = {
  FENGSUI_DEVICE_RATE_PER_SECOND: '100000',
  FENGSUI_DEVICE_RATE_BURST: '1000000',
  FENGSUI_MQTT_MESSAGES_PER_SECOND: '1000000',
};

export type BenchGateway = Readonly<{ gateway: RunningGateway; dataDir: string }>;

/** A gateway process with an administrator signed in, on a data folder of its own. */
export async function gatewayInFolder(finishing: Finishing, mqttUrl?: string): Promise<BenchGateway> {
  const dataDir = await temporaryFolder(finishing.add);
  const gateway = await startGateway(
    { dataDir, env: UNHELD, ...(mqttUrl === undefined ? {} : { mqttUrl }) },
    finishing.add,
  );
  await gateway.signIn();
  return { gateway, dataDir };
}

export const gatewayForBench = async (finishing: Finishing, mqttUrl?: string): Promise<RunningGateway> =>
  (await gatewayInFolder(finishing, mqttUrl)).gateway;

export const fenceId = (at: number): string => `bench-fence-${at}`;

/** Fences without cameras, so that no picture is taken while signals are counted. */
export async function registerFences(gateway: RunningGateway, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const place = { line: '沪昆线', kmValue: 800_000 + at };
    const body = { kind: 'railway', profile: 'fengsui', name: `周界 ${at}`, region: '360902001000', place };
    await gateway.call('PUT', `/api/v1/devices/${fenceId(at)}`, body);
  }
}
