import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { LinkagesText } from '../../../config/linkages.ts';
import { evolve } from '../../../gateway/alarms/evolve.ts';
import type { Alarm } from '../../../gateway/domain/alarm.ts';
import type { AlarmEntry } from '../../../gateway/domain/entry.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { carryOut, type LinkageReach } from '../../../gateway/followers/linkage/acts.ts';
import { takeLinkages } from '../../../gateway/followers/linkage/linkage.ts';
import { byPerson, FENCE, given, latest, occurrence } from '../../parts/alarm-samples.ts';
import { MemoryCursors, MemoryJournal } from '../../parts/memory-journal.ts';

const STEPS = [
  { id: 'look', do: 'preset', preset: '1' },
  { id: 'lamp', do: 'light', device: 'lamp-1', withinS: 1 },
  { id: 'gate', do: 'door', device: 'gate-1', act: 'open', askS: 60 },
  { id: 'lock', do: 'door', device: 'gate-1', act: 'lock' },
];
const { rules } = LinkagesText.parse({ rules: [{ id: 'r', where: {}, steps: STEPS }] });

/** A follower over a log in memory, devices that answer as told, and a clock that the test turns. */
function linkage(reach: Partial<LinkageReach> = {}, taken = rules) {
  let alarm: Alarm = latest(given(occurrence('08:00:00')));
  const clock = { now: alarm.receivedAt };
  const journal = new MemoryJournal();
  const sent: string[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const commit = async (_device: string, entries: readonly AlarmEntry[]) => {
    for (const entry of entries) {
      alarm = evolve(alarm, entry);
      journal.add(entry, alarm, clock.now);
    }
    return alarm;
  };
  const start = () =>
    takeLinkages({
      rules: taken,
      journal,
      cursors: new MemoryCursors(),
      desk: { find: () => alarm, commit },
      findDevice: () => FENCE,
      open: () => [alarm],
      ready: Promise.resolve(),
      reach: {
        ptz: async () => failed({ reason: 'no-answer', text: '' }),
        popUp: async () => ok(undefined),
        speakerFor: () => undefined,
        post: async () => ok(undefined),
        commands: {
          send: async (device, { name }) => {
            sent.push(`${device} ${name}`);
            return ok({ id: '1', ok: true });
          },
        },
        ...reach,
      },
      log: pino({ level: 'silent' }),
      stop: stop.signal,
      now: () => clock.now,
      random: () => 0,
    });
  const raise = () => journal.add({ kind: 'raised', signal: 's', raised: alarm }, alarm, clock.now);
  const results = () => Object.fromEntries((alarm.linkages ?? []).map(({ step, result }) => [step, result]));
  const settle = (expected: object) => expect.poll(results, { timeout: 5_000, interval: 10 }).toEqual(expected);
  return { start, raise, settle, clock, sent, commit, id: () => alarm };
}

it('goes on after a step that failed, and leaves the dangerous one to a person', async () => {
  const { start, raise, settle, sent, commit, id } = linkage();
  start();
  raise();
  await settle({ look: 'failed', lamp: 'ok', gate: 'asked', lock: 'ok' });
  expect(sent).toEqual(['lamp-1 light', 'gate-1 lock']);
  await commit('', [{ kind: 'linkage-confirmed', ...byPerson(id()), rule: 'r', step: 'gate' }]);
  await settle({ look: 'failed', lamp: 'ok', gate: 'ok', lock: 'ok' });
  expect(sent).toEqual(['lamp-1 light', 'gate-1 lock', 'gate-1 open']);
});

it('ends a question that nobody answers', async () => {
  const { start, raise, settle, clock, sent } = linkage();
  start();
  raise();
  await settle({ look: 'failed', lamp: 'ok', gate: 'asked', lock: 'ok' });
  clock.now += 61_000;
  await settle({ look: 'failed', lamp: 'ok', gate: 'expired', lock: 'ok' });
  expect(sent).not.toContain('gate-1 open');
});

it('gives a silent device up after the step’s limit', async () => {
  const { start, raise, settle } = linkage({ commands: { send: () => new Promise(() => undefined) } });
  start();
  raise();
  await settle({ look: 'failed', lamp: 'failed', gate: 'asked', lock: 'started' });
});

it('does nothing for an alarm that it sees too late, but says so', async () => {
  const { start, raise, settle, clock, sent } = linkage();
  raise();
  clock.now += 180_000;
  start();
  await settle({ look: 'late', lamp: 'late', gate: 'late', lock: 'late' });
  expect(sent).toEqual([]);
});

it('passes over what there is nothing to do with, and asks nobody about it', async () => {
  const call = { id: 'call', do: 'broadcast', say: { text: '请离开' } };
  const tell = { id: 'tell', do: 'webhook', target: 'patrol' };
  const steps = [call, tell].map((step) => ({ ...step, ifPossible: true }));
  const written = LinkagesText.parse({ rules: [{ id: 'r', where: {}, steps }] });
  const mute = linkage({}, written.rules);
  mute.start();
  mute.raise();
  await mute.settle({ tell: 'ok' });
  const loud = linkage({ speakerFor: () => 'speaker-1' }, written.rules);
  loud.start();
  loud.raise();
  await loud.settle({ call: 'asked', tell: 'ok' });
});

it('turns the nearest camera that can turn', async () => {
  const asked: string[] = [];
  const ptz: LinkageReach['ptz'] = async (camera) => {
    asked.push(camera);
    if (camera === 'held') return failed({ reason: 'held', text: 'held by 席 A until 2026-11-25T08:00:15.000Z' });
    return camera === 'ball'
      ? ok(undefined)
      : failed({ reason: camera === 'away' ? 'offline' : 'not-supported', text: '' });
  };
  const turn = (...cameras: string[]) => {
    const alarm = { ...latest(given(occurrence('08:00:00'))), cameras };
    const reach = { ptz, popUp: NOTHING, post: NOTHING, speakerFor: () => undefined, commands: { send: NOBODY } };
    const timing = { key: 'k', withinMs: 1, stop: new AbortController().signal };
    return carryOut(reach, { do: 'preset', preset: '1' }, alarm, timing);
  };
  expect(await turn('fixed', 'ball', 'ball-2')).toEqual(ok('ball'));
  expect(await turn('away', 'ball')).toEqual(failed('away: offline'));
  expect(await turn('fixed')).toEqual(failed('fixed: not-supported'));
  expect(await turn('held', 'ball')).toEqual(failed('held: held by 席 A until 2026-11-25T08:00:15.000Z'));
  expect(asked).toEqual(['fixed', 'ball', 'away', 'fixed', 'held']);
});
const NOTHING = async () => ok(undefined);
const NOBODY = async () => ok({ id: '1', ok: true });
