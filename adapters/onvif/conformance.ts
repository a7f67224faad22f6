import type { CameraLink } from './link.ts';
import { child, childrenOf, textAt } from './xml.ts';

const GET_SCOPES = '<GetScopes xmlns="http://www.onvif.org/ver10/device/wsdl"/>';
const PROFILE = /^onvif:\/\/www\.onvif\.org\/Profile\/([A-Za-z0-9]{1,16})\b/i;
/** A camera names a dozen scopes. */
const SCOPES_MAX = 64;

/**
 * The ONVIF profiles that a camera says it keeps to: `Streaming` (S), `T`, `G`, `M`, …; none where it does not say.
 * Source: ONVIF Core, 7.3.2.2 (scope parameters).
 */
export async function askConformance(link: CameraLink): Promise<readonly string[]> {
  const answer = await link.call({ path: link.devicePath, operation: GET_SCOPES });
  if (!answer.ok) return [];
  const scopes = childrenOf(child(answer.value, 'GetScopesResponse'), 'Scopes').slice(0, SCOPES_MAX);
  const named = scopes.flatMap((scope) => PROFILE.exec(textAt(scope, 'ScopeItem') ?? '')?.[1] ?? []);
  return [...new Set(named.map((name) => (name.toLowerCase() === 'streaming' ? 'S' : name)))];
}
