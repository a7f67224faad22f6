import type { Connection } from '../../gateway/domain/device.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { CameraLink } from './link.ts';
import { linkTo } from './login.ts';
import type { Transport } from './transport.ts';
import { child, childrenOf, escapeXml, textAt } from './xml.ts';

const DEVICE = 'http://www.onvif.org/ver10/device/wsdl';
const GET_USERS = `<tds:GetUsers xmlns:tds="${DEVICE}"/>`;
/** Cameras know some ten accounts. */
const USERS_MAX = 64;
/** Where a camera does not list its accounts: who may change a password is one. */
const LEVEL_OTHERWISE = 'Administrator';

/**
 * Gives the account of this connection another password on the camera. A fault with a `code` is the camera's own word, and
 * then nothing has changed; without one it may have. Source: ONVIF Core, 8.4.4 and 8.4.7 (GetUsers, SetUser).
 */
export async function changePassword(
  connection: Connection,
  password: string,
  transport: Transport,
  now: () => number,
): Promise<Result<void, CameraFault>> {
  const { username } = connection;
  if (username === undefined) return failed(cameraFault('not-authorized', 'no account', 'no-account'));
  const link = await linkTo(connection, transport, now);
  if (!link.ok) return failed({ ...link.error, code: link.error.code ?? 'before' });
  const level = await levelOf(link.value, username);
  if (!level.ok) return failed({ ...level.error, code: level.error.code ?? 'before' });
  const user = `<tt:Username>${escapeXml(username)}</tt:Username><tt:Password>${escapeXml(password)}</tt:Password><tt:UserLevel>${escapeXml(level.value)}</tt:UserLevel>`;
  const operation = `<tds:SetUser xmlns:tds="${DEVICE}" xmlns:tt="http://www.onvif.org/ver10/schema"><tds:User>${user}</tds:User></tds:SetUser>`;
  const answer = await link.value.call({ path: link.value.devicePath, operation });
  if (answer.ok) return ok(undefined);
  // The password was right a moment ago: asked twice, after a broken connection, a camera refuses it that has taken the new one.
  const { reason, text } = answer.error;
  return reason === 'not-authorized' ? failed({ reason, text }) : answer;
}

/** The account keeps the level that it has; a wrong password shows here, before anything is changed. */
async function levelOf(link: CameraLink, username: string): Promise<Result<string, CameraFault>> {
  const answer = await link.call({ path: link.devicePath, operation: GET_USERS });
  if (!answer.ok) return answer.error.reason === 'not-supported' ? ok(LEVEL_OTHERWISE) : answer;
  const users = childrenOf(child(answer.value, 'GetUsersResponse'), 'User').slice(0, USERS_MAX);
  const own = users.find((user) => textAt(user, 'Username') === username);
  return ok(textAt(own, 'UserLevel') ?? LEVEL_OTHERWISE);
}
