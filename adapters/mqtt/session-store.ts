import { existsSync, renameSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import type { Logger } from 'pino';
import { z } from 'zod';

/** A message as the file holds it. */
export type StoredMessage = Readonly<{ topic: string; payload: Buffer; qos: 0 | 1 | 2 }>;
export type StoredWill = StoredMessage & Readonly<{ client: string; retain: boolean }>;
export type StoredCommand = StoredMessage & Readonly<{ id: number; client: string; expiresAt: number }>;
export type StoredSubscription = Readonly<{ client: string; topic: string; qos: 0 | 1 | 2 }>;

const TABLES = `
  CREATE TABLE IF NOT EXISTS retained (topic TEXT PRIMARY KEY, payload BLOB NOT NULL, qos INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sessions (client TEXT PRIMARY KEY, seen_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS subscriptions (
    client TEXT NOT NULL, topic TEXT NOT NULL, qos INTEGER NOT NULL, PRIMARY KEY (client, topic)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS commands (
    id INTEGER PRIMARY KEY, client TEXT NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL, qos INTEGER NOT NULL,
    expires_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS wills (
    client TEXT PRIMARY KEY, topic TEXT NOT NULL, payload BLOB NOT NULL, qos INTEGER NOT NULL, retain INTEGER NOT NULL
  ) WITHOUT ROWID;
`;

const Qos = z.union([z.literal(0), z.literal(1), z.literal(2)]);
const Message = z.object({ topic: z.string(), payload: z.instanceof(Buffer), qos: Qos });
const Will = Message.extend({ client: z.string(), retain: z.number().transform((flag) => flag === 1) });
const Command = Message.extend({ id: z.number(), client: z.string(), expiresAt: z.number() });
const Subscription = z.object({ client: z.string(), topic: z.string(), qos: Qos });
const Session = z.object({ client: z.string(), seenAt: z.number() });

/**
 * What the embedded broker must still know after a restart: retained states, sessions, their commands, last wills.
 * NORMAL on purpose: a killed process loses nothing, and a write costs some 20 µs on the loop; a power cut may cost
 * the last moments, and then every device connects anew and says its state again.
 */
export function openSessionStore(file: string) {
  const database = new Sqlite(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  database.exec(TABLES);
  const put = (table: string, columns: string) => {
    const marks = columns.replace(/[^, ]+/g, '?');
    return database.prepare(`INSERT OR REPLACE INTO ${table} (${columns}) VALUES (${marks})`);
  };
  const drop = (table: string, column: string) => database.prepare(`DELETE FROM ${table} WHERE ${column} = ?`);
  const retained = put('retained', 'topic, payload, qos');
  const session = put('sessions', 'client, seen_at');
  const subscription = put('subscriptions', 'client, topic, qos');
  const command = put('commands', 'client, topic, payload, qos, expires_at');
  const will = put('wills', 'client, topic, payload, qos, retain');
  const dropRetained = drop('retained', 'topic');
  const dropCommand = drop('commands', 'id');
  const dropWill = drop('wills', 'client');
  const dropSubscription = database.prepare('DELETE FROM subscriptions WHERE client = ? AND topic = ?');
  const ofSession = ['sessions', 'subscriptions', 'commands'].map((table) => drop(table, 'client'));
  const all = <T>(schema: z.ZodType<T>, sql: string): readonly T[] =>
    z.array(schema).parse(database.prepare(sql).all());
  return {
    load: () => ({
      retained: all(Message, 'SELECT topic, payload, qos FROM retained'),
      sessions: all(Session, 'SELECT client, seen_at AS seenAt FROM sessions'),
      subscriptions: all(Subscription, 'SELECT client, topic, qos FROM subscriptions'),
      commands: all(
        Command,
        'SELECT id, client, topic, payload, qos, expires_at AS expiresAt FROM commands ORDER BY id',
      ),
      wills: all(Will, 'SELECT client, topic, payload, qos, retain FROM wills'),
    }),
    retain: ({ topic, payload, qos }: StoredMessage) => void retained.run(topic, payload, qos),
    forgetRetained: (topic: string) => void dropRetained.run(topic),
    see: (client: string, at: number) => void session.run(client, at),
    subscribe: ({ client, topic, qos }: StoredSubscription) => void subscription.run(client, topic, qos),
    unsubscribe: (client: string, topic: string) => void dropSubscription.run(client, topic),
    /** Answers the command's id. */
    enqueue: ({ client, topic, payload, qos, expiresAt }: Omit<StoredCommand, 'id'>): number =>
      Number(command.run(client, topic, payload, qos, expiresAt).lastInsertRowid),
    dequeue: (id: number) => void dropCommand.run(id),
    putWill: ({ client, topic, payload, qos, retain }: StoredWill) =>
      void will.run(client, topic, payload, qos, retain ? 1 : 0),
    dropWill: (client: string) => void dropWill.run(client),
    forgetSession: database.transaction((client: string) => {
      for (const statement of ofSession) statement.run(client);
    }),
    close: () => void database.close(),
  };
}

/**
 * A file that is none any more is set aside, and the broker begins anew: devices subscribe and say their state again
 * when they connect, so that nobody needs to be called for it.
 */
export function openOrSetAside(file: string, { log, now }: Readonly<{ log: Logger; now: () => number }>): SessionStore {
  try {
    return openSessionStore(file);
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError) || !/^SQLITE_(NOTADB|CORRUPT)/.test(error.code)) throw error;
    const aside = `${file}.broken-${now()}`;
    for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, aside + end);
    log.error({ err: error, aside }, "the broker's memory is broken: set aside, begun anew");
    return openSessionStore(file);
  }
}

export type SessionStore = ReturnType<typeof openSessionStore>;
