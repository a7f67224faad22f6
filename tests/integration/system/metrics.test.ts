import { connect } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startGateway } from '../../parts/gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const DEVICE = 'yz-fence-1';

/** The value of a series with exactly these labels; undefined while it is not told. */
async function figures(url: string): Promise<(series: string) => number | undefined> {
  const told = await (await fetch(`${url}/metrics`)).text();
  return (series) => {
    const line = told.split('\n').find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
}

it('counts a message at each stage from the broker to the followers', async () => {
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished) }, onTestFinished);
  await gateway.signIn();
  const device = { kind: 'railway', profile: 'fengsui', name: '周界', region: '360902001000' };
  await gateway.call('PUT', `/api/v1/devices/${DEVICE}`, device);
  const client = connect(gateway.mqttUrl, { reconnectPeriod: 0 });
  onTestFinished(() => client.endAsync(true));
  const say = (topic: string, message: unknown) =>
    client.publishAsync(topic, typeof message === 'string' ? message : JSON.stringify(message), { qos: 1 });
  await say(`fengsui/v1/${DEVICE}/status`, 'online');
  await say(`fengsui/v1/${DEVICE}/event`, { id: 'm1', type: 'railway.perimeter.intrusion', active: true });
  await say(`fengsui/v1/${DEVICE}/event`, { id: 'm1', type: 'railway.perimeter.intrusion', active: true });
  await say(`fengsui/v1/${DEVICE}/event`, { id: 'm2', type: 'no.such.type', active: true });

  const lagOf = async (follower: string) =>
    (await figures(gateway.url))(`fengsui_follower_lag{follower="${follower}"}`);
  await expect.poll(() => lagOf('archive')).toBe(0);
  await expect.poll(() => lagOf('evidence')).toBe(0);
  const figure = await figures(gateway.url);
  expect(figure('fengsui_intake_total{stage="received",label="signal"}')).toBe(3);
  expect(figure('fengsui_intake_total{stage="decided",label="raised"}')).toBe(1);
  expect(figure('fengsui_intake_total{stage="nothing",label="duplicate"}')).toBe(1);
  expect(figure('fengsui_intake_total{stage="dead-letter",label="unknown-code"}')).toBe(1);
  expect(figure('fengsui_mqtt{count="accepted"}')).toBe(4);
  expect(figure('fengsui_devices{state="online"}')).toBe(1);
  expect(figure('fengsui_follower_running{follower="archive"}')).toBe(1);
  expect(figure('fengsui_file_bytes{file="journal"}')).toBeGreaterThan(0);
  expect(figure('fengsui_journal_commit_seconds_count')).toBe(figure('fengsui_journal_commit_entries_count'));
  // what the start wrote comes before the first scrape, so the sum is all of the journal
  expect(figure('fengsui_journal_commit_entries_sum')).toBe(figure('fengsui_journal_head'));
  expect(figure('fengsui_nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);

  const Detail = z.object({ history: z.array(z.object({ seq: z.int(), signal: z.string().optional() })) });
  const { items } = z
    .object({ items: z.array(z.object({ id: z.string() })) })
    .parse(await gateway.call('GET', '/api/v1/alarms?type=railway.perimeter.intrusion'));
  const { history } = Detail.parse(await gateway.call('GET', `/api/v1/alarms/${items[0]?.id}`));
  expect(history[0]?.signal).toContain('m1');
});
