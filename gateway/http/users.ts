import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { AccountFault } from '../access/accounts.ts';
import { badValue } from '../domain/bad-value.ts';
import type { Scope } from '../domain/scope.ts';
import type { RegionTree } from '../registry/registry.ts';
import { NewUser, User, UserChange } from './contract/people.ts';
import type { HttpPorts } from './ports.ts';
import { type ProblemName, Refused, refusedValue } from './problems.ts';
import { given, toUser } from './wire.ts';

const ByName = z.object({ name: User.shape.username });

/** People's accounts. Who grants is bounded by their own scope; passwords are written, never read. */
export const users: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, regions }) => {
  http.get(
    '/users',
    { schema: { response: { 200: z.object({ items: z.array(User) }) } }, preHandler: access.require('user.read') },
    async ({ operator }) => ({ items: access.usersFor(operator).map(toUser) }),
  );

  http.post(
    '/users',
    { schema: { body: NewUser, response: { 201: User } }, preHandler: access.require('user.write') },
    async ({ body, operator }, reply) => {
      const { username, password, displayName, role } = body;
      const input = { displayName, role, password, scope: scopeOf(body, regions) };
      const added = await access.addUser(username, input, operator);
      if (!added.ok) throw refusalOf(added.error, username);
      return reply.code(201).send(toUser(added.value));
    },
  );

  http.put(
    '/users/:name',
    {
      schema: { params: ByName, body: UserChange, response: { 200: User } },
      preHandler: access.require('user.write'),
    },
    async ({ params, body, operator }) => {
      const { password, displayName, role } = body;
      const input = { displayName, role, password, scope: scopeOf(body, regions) };
      const changed = await access.changeUser(params.name, input, operator);
      if (!changed.ok) throw refusalOf(changed.error, params.name);
      return toUser(changed.value);
    },
  );

  http.delete(
    '/users/:name',
    { schema: { params: ByName, response: { 204: z.undefined() } }, preHandler: access.require('user.write') },
    async ({ params, operator }, reply) => {
      const removed = await access.removeUser(params.name, operator);
      if (!removed.ok) throw refusalOf(removed.error, params.name);
      return reply.code(204).send();
    },
  );
};

function scopeOf(
  { regions, lines, compounds }: Pick<User, 'regions' | 'lines' | 'compounds'>,
  tree: RegionTree,
): Scope {
  const stranger = regions.findIndex((code) => tree.find(code) === undefined);
  if (stranger >= 0) {
    throw refusedValue(
      badValue('unknown-code', `regions[${stranger}]`, regions[stranger], 'a code of the division tree'),
    );
  }
  return given({ regions, lines, compounds });
}

const ACCOUNT_PROBLEMS: Readonly<Record<AccountFault['kind'], ProblemName>> = {
  exists: 'exists',
  unknown: 'not-found',
  conflict: 'conflict',
  'beyond-own-scope': 'beyond-own-scope',
  'own-account': 'own-account',
};

const refusalOf = ({ kind }: AccountFault, username: string): Refused =>
  new Refused(ACCOUNT_PROBLEMS[kind], { field: 'username', value: username });
