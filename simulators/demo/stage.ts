import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fleet, startFleet } from '../fleet.ts';
import { Api } from './api.ts';
import { freePort } from './free-port.ts';
import { type GatewayChild, startGateway } from './gateway-process.ts';
import { makeAccounts, newPassword, type Person, peopleOf } from './people.ts';
import { registerAll } from './registering.ts';

/** Everything of the demo that runs. */
export type Stage = Readonly<{
  gateway: GatewayChild;
  fleet: Fleet;
  people: readonly Person[];
  adminPassword: string;
  /** Stops the devices, then the gateway; leaves no process behind. */
  stop(): Promise<void>;
}>;

const HTTP_PORT = 8080;
const MQTT_PORT = 1883;
const SUBSCRIBED_WITHIN_MS = 30_000;
const FLEET_STOP_MS = 5_000;

/** Starts gateway, people and fleet; resolves once every ONVIF camera is subscribed to. */
export async function setStage(dataDir: string, env: NodeJS.ProcessEnv, stop: AbortSignal): Promise<Stage> {
  const adminPassword = keptPassword(dataDir, env);
  const mqttPort = await freePort(Number(env['FENGSUI_MQTT_PORT'] || MQTT_PORT));
  const gateway = await startGateway(
    {
      FENGSUI_DEVICE_NETWORKS: '127.0.0.0/8',
      ...env,
      FENGSUI_ADMIN_PASSWORD: adminPassword,
      FENGSUI_MQTT_PORT: String(mqttPort),
    },
    dataDir,
    await freePort(Number(env['FENGSUI_HTTP_PORT'] || HTTP_PORT)),
  );
  try {
    const admin = await Api.signIn(gateway.address, 'admin', adminPassword);
    const mqttUrl = env['FENGSUI_MQTT_URL'] || `mqtt://127.0.0.1:${mqttPort}`;
    const fleet = await startFleet({ mqttUrl, register: (records) => registerAll(admin, records) });
    const people = peopleOf(fleet.records);
    const stopAll = () => stopFleetAnd(fleet, gateway);
    try {
      await makeAccounts(admin, people);
      await subscribed(fleet, stop);
      return { gateway, fleet, people, adminPassword, stop: stopAll };
    } catch (error) {
      await stopAll();
      throw error;
    }
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

async function stopFleetAnd(fleet: Fleet, gateway: GatewayChild): Promise<void> {
  // A device cannot sign off at a broker that has gone: it is not waited for without end.
  await Promise.race([fleet.stop(), sleep(FLEET_STOP_MS)]);
  await gateway.stop();
}

/** The administrator's password lasts as long as the data it opens; the environment's own wins. */
function keptPassword(dataDir: string, env: NodeJS.ProcessEnv): string {
  const given = env['FENGSUI_ADMIN_PASSWORD'];
  if (given !== undefined && given !== '') return given;
  const file = join(dataDir, 'admin-password');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const password = newPassword();
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return password;
}

/** Before its subscription a camera's events reach nobody. */
async function subscribed(fleet: Fleet, stop: AbortSignal): Promise<void> {
  const until = Date.now() + SUBSCRIBED_WITHIN_MS;
  const waiting = fleet.records.filter(({ profile }) => profile === 'onvif').map(({ id }) => id);
  while (waiting.some((id) => (fleet.cameras.get(id)?.subscriptions() ?? 0) === 0)) {
    if (Date.now() > until) throw new Error('the gateway has not subscribed to the cameras within 30 s');
    await sleep(50, undefined, { signal: stop });
  }
}
