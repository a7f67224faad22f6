import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../parts/free-port.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';
import { NEVER_AGAIN } from '../../parts/never-again.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const EVENTS_A_ROUND = 400;
const FENCES = ['yz-fence-k801', 'yz-fence-k802', 'yz-fence-k803', 'yz-fence-k804', 'yz-fence-k805'];

/** What the journal holds, read from its file as anybody could. */
function openFile(dataDir: string) {
  const file = new Sqlite(join(dataDir, 'journal.sqlite'), { readonly: true });
  const head = file.prepare<[], { head: number }>('SELECT coalesce(max(seq), 0) AS head FROM entries');
  const signals = file.prepare<[], { signal: string }>(
    "SELECT json_extract(body, '$.signal') AS signal FROM entries WHERE kind IN ('raised', 'repeated')",
  );
  return {
    head: () => head.get()?.head ?? 0,
    signals: () => signals.all().map(({ signal }) => signal),
    close: () => file.close(),
  };
}

async function registerFences(gateway: RunningGateway): Promise<void> {
  await gateway.signIn();
  for (const id of FENCES) {
    const place = { line: '沪昆线', km: 'K812+300', direction: 'down' };
    const fence = { kind: 'railway', profile: 'fengsui', name: id, region: '360902102000', place };
    await gateway.call('PUT', `/api/v1/devices/${id}`, fence);
  }
}

/** Sends a round's events at QoS 1 and gathers which of them were acknowledged. */
function sendRound(client: MqttClient, round: number, acknowledged: Set<string>): Promise<unknown> {
  const sent = Array.from({ length: EVENTS_A_ROUND }, async (_, index) => {
    const fence = FENCES[index % FENCES.length] ?? '';
    const id = `r${round}-e${index}`;
    const event = { id, type: 'railway.perimeter.intrusion', active: true };
    await client.publishAsync(`fengsui/v1/${fence}/event`, JSON.stringify(event), { qos: 1 });
    acknowledged.add(`${fence}:${id}`);
  });
  return Promise.all(sent);
}

/** Kills the gateway once the journal has grown by some random number of entries; answers the one started after it. */
async function killSomewhere(gateway: RunningGateway, options: GatewayOptions): Promise<RunningGateway> {
  const file = openFile(options.dataDir);
  const until = file.head() + Math.floor(Math.random() * EVENTS_A_ROUND);
  while (file.head() < until) await new Promise(setImmediate);
  file.close();
  await gateway.kill('SIGKILL');
  return startGateway(options, onTestFinished);
}

async function hasAll(dataDir: string, wanted: ReadonlySet<string>): Promise<readonly string[]> {
  const file = openFile(dataDir);
  try {
    await expect
      .poll(() => new Set(file.signals()).size, { timeout: 60_000, interval: 50 })
      .toBeGreaterThanOrEqual(wanted.size);
    return file.signals();
  } finally {
    file.close();
  }
}

async function killRounds(options: GatewayOptions, brokerUrl: string, rounds: number): Promise<void> {
  let gateway = await startGateway(options, onTestFinished);
  await registerFences(gateway);
  const client = await connectAsync(brokerUrl, { clientId: 'fences', clean: false, reconnectPeriod: 50 });
  onTestFinished(async () => void client.end(true));
  const acknowledged = new Set<string>();
  for (let round = 0; round < rounds; round += 1) {
    const sent = sendRound(client, round, acknowledged);
    gateway = await killSomewhere(gateway, options);
    await sent;
  }
  const stored = await hasAll(options.dataDir, acknowledged);
  expect(acknowledged.size).toBe(rounds * EVENTS_A_ROUND);
  expect(new Set(stored)).toEqual(acknowledged); // nothing lost
  expect(stored).toHaveLength(acknowledged.size); // nothing twice
  await gateway.signIn();
  const page = (await gateway.call('GET', '/api/v1/alarms?type=railway.perimeter.intrusion')) as {
    items: { count: number }[];
  };
  expect(page.items.reduce((sum, { count }) => sum + count, 0)).toBe(acknowledged.size); // and so the operator reads it
}

it(
  'loses nothing acknowledged and counts nothing twice, killed 3 times behind an outside broker',
  NEVER_AGAIN,
  async () => {
    const broker = await startMosquitto(onTestFinished);
    await killRounds({ dataDir: await temporaryFolder(onTestFinished), mqttUrl: broker.url }, broker.url, 3); // 20 times: kill-short.test.ts
  },
);

it(
  'loses nothing acknowledged and counts nothing twice, killed 8 times with its own broker inside',
  NEVER_AGAIN,
  async () => {
    const port = await freePort();
    const options = { dataDir: await temporaryFolder(onTestFinished), env: { FENGSUI_MQTT_PORT: String(port) } };
    await killRounds(options, `mqtt://127.0.0.1:${port}`, 8);
  },
);
