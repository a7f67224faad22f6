import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { IntakeStage } from './desk/intake.ts';

/** What is read at each scrape, by the name of its series. */
export type Readings = Readonly<{
  journalHead: () => number;
  followerLag: () => Readonly<Record<string, number>>;
  mqtt: () => Readonly<Record<string, number>>;
  liveClients: () => number;
}>;

export type Metrics = Readonly<{
  registry: Registry;
  countIntake: (stage: IntakeStage, label: string) => void;
  read: (readings: Readings) => void;
}>;

/** The numbers of `GET /metrics`, Prometheus text: what came in, what became of it, and how far each follower is. */
export function openMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'fengsui_' });
  const intake = new Counter({
    name: 'fengsui_intake_total',
    help: 'Reports by stage (received, decided, nothing, dead-letter) and kind or reason',
    labelNames: ['stage', 'label'],
    registers: [registry],
  });
  return {
    registry,
    countIntake: (stage, label) => intake.inc({ stage, label }),
    read: (readings) => watch(registry, readings),
  };
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
  new Gauge({
    name: 'fengsui_follower_lag',
    help: 'Journal entries that a follower has still to take',
    labelNames: ['follower'],
    registers,
    collect() {
      for (const [follower, lag] of Object.entries(readings.followerLag())) this.set({ follower }, lag);
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
    name: 'fengsui_live_clients',
    help: 'Screens on the live feed',
    registers,
    collect() {
      this.set(readings.liveClients());
    },
  });
}
