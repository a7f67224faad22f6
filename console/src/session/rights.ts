import type { AlarmAction } from '../../../gateway/http/contract/alarms.ts';
import type { Role } from '../../../gateway/http/contract/people.ts';

export type Right =
  | AlarmAction
  | 'ptz'
  | 'wall'
  | 'lockEvidence'
  | 'command'
  | 'readAlarms'
  | 'viewCameras'
  | 'readDeadLetters'
  | 'replay'
  | 'controlFollowers'
  | 'writeDevices'
  | 'readOrders'
  | 'reportOrder'
  | 'actOrder'
  | 'settleOrder';

const LOOK: readonly Right[] = ['readAlarms', 'viewCameras', 'readOrders'];
const FIELD: readonly Right[] = [
  ...LOOK,
  'acknowledge',
  'arrive',
  'handle',
  'resolve',
  'return',
  'comment',
  'command',
  'reportOrder',
  'actOrder',
];
const SEAT: readonly Right[] = [...FIELD, 'close', 'reopen', 'escalate', 'shelve', 'unshelve', 'ptz', 'wall'];
const DESK: readonly Right[] = [...SEAT, 'dispatch', 'transfer', 'lockEvidence', 'settleOrder'];

/**
 * Which screens and buttons a role is shown. The gateway alone decides, and refuses in words what is not allowed: this table only
 * spares people buttons that would be refused.
 */
const SHOWN: Readonly<Record<Role, readonly Right[]>> = {
  viewer: LOOK,
  operator: SEAT,
  dispatcher: DESK,
  patrol: FIELD,
  administrator: [...DESK, 'readDeadLetters', 'replay', 'controlFollowers', 'writeDevices'],
  security: [],
  auditor: ['readAlarms', 'readDeadLetters', 'readOrders'],
};

export const mayUse = (role: Role | undefined, right: Right): boolean =>
  role !== undefined && SHOWN[role].includes(right);
