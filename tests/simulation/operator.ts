import { ALARM_ACTIONS, type AlarmOrder } from '../../gateway/alarms/command.ts';
import type { Alarm } from '../../gateway/domain/alarm.ts';
import { JournalUnavailable } from '../../gateway/journal/journal.ts';
import type { Chance } from './chance.ts';
import type { Disk } from './disk.ts';
import type { Ledger } from './ledger.ts';
import type { Life } from './life.ts';
import { isSame } from './log-laws.ts';

export type OperatorPorts = Readonly<{ disk: Disk; chance: Chance; ledger: Ledger; now: () => number }>;

/** What is done most, so that alarms come to an end and some are opened again. */
const OFTEN = ['resolve', 'close', 'reopen'] as const;
const ACTIONS = [...ALARM_ACTIONS, ...OFTEN, ...OFTEN, ...OFTEN] as const;

/** Somebody at a desk, who acts on what the screen shows: sometimes something older than what is. */
export class SimulatedOperator {
  readonly #ports: OperatorPorts;
  readonly #name: string;
  #orders = 0;

  constructor(name: string, ports: OperatorPorts) {
    this.#name = name;
    this.#ports = ports;
  }

  /** One order, or a picture that comes in; what is answered is held against the log. */
  act(life: Life): void {
    const { disk, chance } = this.#ports;
    const shown = [...disk.alarms.values()].slice(chance.is(0.3) ? 0 : -8);
    if (shown.length === 0) return;
    const alarm = chance.pick(shown);
    if (chance.is(0.1)) this.#addPicture(life, alarm);
    else this.#order(life, alarm);
  }

  #order(life: Life, alarm: Alarm): void {
    const { chance, ledger } = this.#ports;
    this.#orders += 1;
    const note = `${this.#name}-${this.#orders}.`;
    const version = chance.is(0.1) ? alarm.version - 1 : alarm.version;
    const order: AlarmOrder = {
      action: chance.pick(ACTIONS),
      version,
      by: { name: this.#name, centre: '360902000000' },
      note,
      assignee: '彬江一队',
      verdict: chance.pick(['real', 'falseAlarm'] as const),
      until: this.#ports.now() + 60_000,
      to: chance.pick(['360900000000', undefined]),
      doneAt: undefined,
    };
    life.desk.carryOut(alarm.id, order).then(
      ({ ok }) => this.#expectNoted(note, ok ? version + 1 : undefined),
      (error: unknown) => {
        if (error instanceof JournalUnavailable) this.#expectNoted(note, undefined);
        else ledger.broken(error);
      },
    );
  }

  /** Durable when it is answered, once, and on the very version that was shown; or not at all. */
  #expectNoted(note: string, version: number | undefined): void {
    const { disk, ledger } = this.#ports;
    const versions = disk.entries.flatMap(({ entry, alarm }) =>
      'note' in entry && entry.note === note ? [alarm?.version] : [],
    );
    if (!isSame(versions, version === undefined ? [] : [version]))
      ledger.broken(
        new Error(`the order ${note} was to make version ${version}, and the log has ${versions.join(', ')}`),
      );
  }

  #addPicture(life: Life, { id }: Alarm): void {
    const { chance, ledger, now } = this.#ports;
    const sha256 = String(chance.between(1, 3));
    const picture = {
      kind: 'snapshot',
      url: `/evidence/${sha256}`,
      at: now(),
      camera: `camera-${sha256}`,
      sha256,
    } as const;
    life.desk.addEvidence(id, picture).catch((error: unknown) => {
      if (!(error instanceof JournalUnavailable)) ledger.broken(error);
    });
  }
}
