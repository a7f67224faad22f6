import { z } from 'zod';

/** Every act that somebody may or may not do. A route names one of them beside its path. */
export const PERMISSIONS = [
  'session.own',
  'docs.read',
  'metrics.read',
  'region.read',
  'alarm.read',
  'alarm.acknowledge',
  'alarm.dispatch',
  'alarm.arrive',
  'alarm.handle',
  'alarm.resolve',
  'alarm.close',
  'alarm.reopen',
  'alarm.return',
  'alarm.escalate',
  'alarm.transfer',
  'alarm.shelve',
  'alarm.unshelve',
  'alarm.comment',
  'linkage.answer',
  'evidence.add',
  'evidence.lock',
  'patrol.read',
  'patrol.act',
  'patrol.cancel',
  'work-order.read',
  'work-order.report',
  'work-order.act',
  'work-order.settle',
  'device.read',
  'device.write',
  'device.command',
  'camera.view',
  'camera.ptz',
  'wall.read',
  'wall.write',
  'user.read',
  'user.write',
  'dead-letter.read',
  'dead-letter.replay',
  'audit.read',
  'system.read',
  'system.control',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** The roles of the contract, least to do first. */
export const ROLE_NAMES = [
  'viewer',
  'operator',
  'dispatcher',
  'patrol',
  'administrator',
  'security',
  'auditor',
] as const;
export type RoleName = (typeof ROLE_NAMES)[number];
export const RoleSchema = z.enum(ROLE_NAMES);

const OWN: readonly Permission[] = ['session.own', 'docs.read', 'region.read'];
const LOOK: readonly Permission[] = [
  ...OWN,
  'alarm.read',
  'patrol.read',
  'work-order.read',
  'device.read',
  'camera.view',
  'wall.read',
];
/** What somebody on the spot does with an alarm that was given to them. */
const FIELD: readonly Permission[] = [
  'alarm.acknowledge',
  'alarm.arrive',
  'alarm.handle',
  'alarm.resolve',
  'alarm.return',
  'alarm.comment',
  'evidence.add',
  'patrol.act',
  'work-order.report',
  'work-order.act',
  'device.command',
];
const SEAT: readonly Permission[] = [
  ...FIELD,
  'alarm.close',
  'alarm.reopen',
  'alarm.escalate',
  'alarm.shelve',
  'alarm.unshelve',
  'camera.ptz',
  'wall.write',
  'linkage.answer',
];
const DESK: readonly Permission[] = [
  ...SEAT,
  'alarm.dispatch',
  'alarm.transfer',
  'evidence.lock',
  'patrol.cancel',
  'work-order.settle',
];

/**
 * The one table of who may do what. The administrator sets things up and may sit at the desk as well, since a compound
 * has one account for both (docs/decisions/0006); the auditor changes nothing and alone reads the trail; security
 * (安全管理员) minds accounts. Three hands apart where a site wants them: GB/T 22239-2019, level 3.
 */
const ROLE_PERMISSIONS: Readonly<Record<RoleName, ReadonlySet<Permission>>> = {
  viewer: new Set(LOOK),
  operator: new Set([...LOOK, ...SEAT]),
  dispatcher: new Set([...LOOK, ...DESK]),
  patrol: new Set([...LOOK, ...FIELD]),
  administrator: new Set([
    ...LOOK,
    ...DESK,
    'device.write',
    'user.read',
    'user.write',
    'dead-letter.read',
    'dead-letter.replay',
    'metrics.read',
    'system.read',
    'system.control',
  ]),
  security: new Set([...OWN, 'device.read', 'user.read', 'user.write']),
  auditor: new Set([
    ...OWN,
    'alarm.read',
    'work-order.read',
    'device.read',
    'wall.read',
    'user.read',
    'dead-letter.read',
    'audit.read',
    'system.read',
  ]),
};

export const roleMay = (role: RoleName, permission: Permission): boolean => ROLE_PERMISSIONS[role].has(permission);
