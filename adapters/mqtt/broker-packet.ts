export type Qos = 0 | 1 | 2;

/** A packet as aedes hands it to its memory and wants it back. */
export type BrokerPacket = {
  cmd: string;
  brokerId: string;
  brokerCounter: number;
  messageId?: number | undefined;
  topic: string;
  payload: string | Buffer;
  qos: Qos;
  retain: boolean;
  dup: boolean;
  clientId?: string;
};

/** A message of an earlier run; `brokerCounter` grows with each, for aedes passes over what does not. */
export const restoredPacket = (
  { topic, payload, qos }: Readonly<{ topic: string; payload: Buffer; qos: Qos }>,
  retain: boolean,
  brokerCounter = 0,
): BrokerPacket => ({
  cmd: 'publish',
  brokerId: 'earlier-run',
  brokerCounter,
  topic,
  payload,
  qos,
  retain,
  dup: false,
});
