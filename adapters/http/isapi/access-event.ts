import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import type { Drafts, MessageContext } from '../../codec/definition.ts';
import table from './access-events.json' with { type: 'json' };
import { MaybeNumber, NumberText } from './values.ts';

/** What an access controller adds to an alert; numbers of kinds are those of the maker's SDK headers. */
export const AccessControllerEvent = z.object({
  majorEventType: NumberText,
  subEventType: NumberText,
  serialNo: MaybeNumber,
  /** Numbers of persons and cards: a keyed pseudonym is all that is kept of them. */
  employeeNoString: z.string().optional(),
  cardNo: z.string().optional(),
  doorNo: MaybeNumber,
});
type AccessControllerEvent = z.infer<typeof AccessControllerEvent>;

/** What a kind of event means: `5/28` is a door held open. */
const Meaning = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('alarm'), type: z.string() }),
  z.strictObject({ is: z.literal('end'), types: z.array(z.string()) }),
  z.strictObject({ is: z.literal('opened') }),
  z.strictObject({ is: z.literal('closed') }),
  z.strictObject({ is: z.literal('access'), result: z.enum(['granted', 'denied', 'pending']) }),
]);
const MEANINGS = new Map(Object.entries(z.record(z.string(), Meaning).parse(table)));

/** Alarms (1) and exceptions (2) that we do not know must be seen; of operations (3) and events (5) most are routine. */
const MUST_BE_KNOWN: readonly number[] = [1, 2];
/** What ends when a door closes as it should. */
const DOOR_ALARMS = ['community.door.forced', 'community.door.held'];

type Said = Readonly<{ access: AccessControllerEvent; device: string; at: number | undefined; owner: string }>;

export function accessDrafts({ access, device, at, owner }: Said, context: MessageContext<unknown>): Drafts {
  const { majorEventType: major, subEventType: minor, serialNo } = access;
  const id = serialNo === undefined ? undefined : `${owner}:${serialNo}`;
  const meaning = MEANINGS.get(`${major}/${minor}`);
  const ends = (types: readonly string[]) =>
    types.filter((type) => context.isActive(device, type)).map((type) => ({ device, type, id, at, active: false }));
  switch (meaning?.is) {
    case 'alarm':
      return { signals: [{ device, type: meaning.type, id, at, active: true }] };
    case 'end':
      return { signals: ends(meaning.types) };
    case 'opened':
      return { telemetry: [{ device, at, values: { door_open: 1 } }] };
    case 'closed':
      return { telemetry: [{ device, at, values: { door_open: 0 } }], signals: ends(DOOR_ALARMS) };
    case 'access': {
      const person = access.employeeNoString ?? access.cardNo;
      const credential = person === undefined || person === '' ? undefined : context.pseudonym(person);
      return { access: [{ device, id, at, result: meaning.result, credential }] };
    }
    default:
      if (MUST_BE_KNOWN.includes(major)) {
        const field = 'AccessControllerEvent.subEventType';
        context.refuse(
          badValue('unknown-code', field, String(minor), `a kind of event of ${major} that is known here`),
        );
      }
      return {};
  }
}
