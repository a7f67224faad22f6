import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { IntakeStage } from './desk/intake.ts';
import type { Follower } from './followers/follower.ts';

/** What is read at each scrape, by the name of its series. */
export type Readings = Readonly<{
  journalHead: () => number;
  followers: Readonly<Record<string, Follower>>;
  /** Devices of the registry by what is known of them: `online`, `offline`, `unknown`. */
  devices: () => Readonly<Record<string, number>>;
  archiveRefused: () => number;
  /** Writes that wait for the disk. */
  journalWaiting: () => number;
  /** Files whose size is told, by the name under which it is. */
  files: Readonly<Record<string, string>>;
  mqtt: () => Readonly<Record<string, number>>;
  /** The makers' own ways: messages, connections, devices called. */
  vendors: () => Readonly<Record<string, number>>;
  liveClients: () => number;
}>;

/** The files of a data folder that grow. */
export const filesIn = (dataDir: string): Readings['files'] => ({
  journal: join(dataDir, 'journal.sqlite'),
  'journal-wal': join(dataDir, 'journal.sqlite-wal'),
  archive: join(dataDir, 'archive.sqlite'),
  values: join(dataDir, 'values.sqlite'),
});

export type Metrics = Readonly<{
  registry: Registry;
  countIntake: (stage: IntakeStage, label: string) => void;
  /** A batch of entries that is durable, and how long it took from the hand-over of its first write, ms. */
  committed: (entries: number, waitedMs: number) => void;
  read: (readings: Readings) => void;
}>;

/** The numbers of `GET /metrics`, Prometheus text: what came in, what became of it, and how far each follower is. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'fengsui_' });
  return {
    registry,
    countIntake: counting(registry),
    committed: commitMeter(registry),
    read: (readings) => watch(registry, readings),
  };
}

/** The labels are names of our own, some dozens: each pair is counted here, and told when somebody asks. */
function counting(registry: Registry): Metrics['countIntake'] {
  const counts = new Map<string, Map<string, { total: number }>>();
  new Counter({
    name: 'fengsui_intake_total',
    help: 'Reports by stage (received, decided, nothing, dead-letter) and kind or reason',
    labelNames: ['stage', 'label'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [stage, labels] of counts) {
        for (const [label, { total }] of labels) this.inc({ stage, label }, total);
      }
    },
  });
  return (stage, label) => {
    const known = counts.get(stage)?.get(label);
    if (known !== undefined) known.total += 1;
    else counts.set(stage, (counts.get(stage) ?? new Map()).set(label, { total: 1 }));
  };
}

function commitMeter(registry: Registry): Metrics['committed'] {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'fengsui_journal_commit_seconds',
    help: 'Time from the hand-over of a batch’s first write until the batch is durable',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const entries = new Histogram({
    name: 'fengsui_journal_commit_entries',
    help: 'Entries that share one commit',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 512, 1000],
    registers,
  });
  return (count, waitedMs) => {
    seconds.observe(Math.max(0, waitedMs) / 1000); // the clock may have been set back meanwhile
    entries.observe(count);
  };
}

type Labelled = Readonly<{ name: string; help: string; label: string }>;

/** A series for each label, whose values are asked for at the scrape. */
export function gaugeByLabel(
  registry: Registry,
  { name, help, label }: Labelled,
  values: () => Readonly<Record<string, number>>,
): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      for (const [key, value] of Object.entries(values())) this.set({ [label]: key }, value);
    },
  });
}

function watchFollowers(registry: Registry, followers: Readings['followers']): void {
  const gauge = (name: string, help: string, value: (follower: Follower) => number): void =>
    gaugeByLabel(registry, { name, help, label: 'follower' }, () =>
      Object.fromEntries(Object.entries(followers).map(([key, follower]) => [key, value(follower)])),
    );
  gauge('fengsui_follower_lag', 'Journal entries that a follower has still to take', (one) => one.lag());
  gauge('fengsui_follower_failures', 'Attempts that failed since the start', (one) => one.state().failures);
  gauge('fengsui_follower_running', '1 while it follows; 0 while it is paused, stopped or trying again', (one) =>
    one.state().status === 'following' ? 1 : 0,
  );
}

function watch(registry: Registry, readings: Readings): void {
  const registers = [registry];
  new Gauge({
    name: 'fengsui_journal_head',
    help: 'Number of the last durable journal entry',
    registers,
    collect() {
      this.set(readings.journalHead());
    },
  });
  watchFollowers(registry, readings.followers);
  new Gauge({
    name: 'fengsui_journal_waiting',
    help: 'Writes that wait for the disk',
    registers,
    collect() {
      this.set(readings.journalWaiting());
    },
  });
  gaugeByLabel(
    registry,
    { name: 'fengsui_devices', help: 'Devices by whether they are there', label: 'state' },
    readings.devices,
  );
  gaugeByLabel(registry, { name: 'fengsui_file_bytes', help: 'Size of files in the data folder', label: 'file' }, () =>
    Object.fromEntries(
      Object.entries(readings.files).map(([name, path]) => [
        name,
        statSync(path, { throwIfNoEntry: false })?.size ?? 0,
      ]),
    ),
  );
  new Gauge({
    name: 'fengsui_archive_refused',
    help: 'Points that the archive will never take, since the start',
    registers,
    collect() {
      this.set(readings.archiveRefused());
    },
  });
  new Gauge({
    name: 'fengsui_mqtt',
    help: 'MQTT messages since the start, and waiting now',
    labelNames: ['count'],
    registers,
    collect() {
      for (const [count, value] of Object.entries(readings.mqtt())) this.set({ count }, value);
    },
  });
  new Gauge({
    name: 'fengsui_vendors',
    help: 'Messages by the makers’ own ways since the start; connections, and devices called, now',
    labelNames: ['count'],
    registers,
    collect() {
      for (const [count, value] of Object.entries(readings.vendors())) this.set({ count }, value);
    },
  });
  new Gauge({
    name: 'fengsui_live_clients',
    help: 'Screens on the live feed',
    registers,
    collect() {
      this.set(readings.liveClients());
    },
  });
}
