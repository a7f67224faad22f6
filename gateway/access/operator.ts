import type { Actor } from '../domain/actor.ts';
import type { RegionCode } from '../domain/region.ts';
import type { Scope } from '../domain/scope.ts';
import { type Permission, type RoleName, roleMay } from './permissions.ts';

/** A signed-in person as a request knows them: who, as what, for where. */
export type Operator = Readonly<{
  username: string;
  displayName: string | undefined;
  role: RoleName;
  scope: Scope;
  /** The centre whose seat this is: the first region of the scope. */
  centre: RegionCode;
}>;

export const may = (operator: Operator, permission: Permission): boolean => roleMay(operator.role, permission);

/** As the journal names who did something. */
export const actorOf = (operator: Operator): Actor => ({ name: operator.username, centre: operator.centre });
