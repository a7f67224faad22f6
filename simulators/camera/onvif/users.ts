import { badArgument, SoapFault } from './fault.ts';
import type { Operation } from './operation.ts';
import { child, textAt } from './soap.ts';
import { xml } from './xml.ts';

/** Some makers want eight characters of more than one kind. */
const PASSWORD_MIN = 8;

const getUsers: Operation = ({ site }) =>
  xml`<tds:GetUsersResponse><tds:User><tt:Username>${site.credentials.username}</tt:Username><tt:UserLevel>Administrator</tt:UserLevel></tds:User></tds:GetUsersResponse>`;

/** Source: ONVIF Core, 8.4.7 and its faults. */
const setUser: Operation = ({ site, body }) => {
  const user = child(body, 'User');
  if (user === undefined || textAt(user, 'Username') !== site.credentials.username)
    throw badArgument('Username NOT recognized', 'ter:UsernameMissing');
  if (textAt(user, 'UserLevel') !== 'Administrator') throw badArgument('The level is fixed', 'ter:FixedUser');
  const password = textAt(user, 'Password') ?? '';
  if (site.quirks.refusesPasswords || password.length < PASSWORD_MIN)
    throw new SoapFault('8 to 16 characters of two kinds', ['ter:OperationProhibited', 'ter:PasswordTooWeak']);
  site.setPassword(password);
  if (site.quirks.diesAtSetUser) void site.reboot();
  return xml`<tds:SetUserResponse/>`;
};

export const userOperations: Readonly<Record<string, Operation>> = { GetUsers: getUsers, SetUser: setUser };
