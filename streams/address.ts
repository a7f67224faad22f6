import { lookup } from 'node:dns/promises';
import { admitHost, type DeviceNetworks } from '../gateway/domain/device-networks.ts';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import { fault, type StreamFault } from './fault.ts';

/** The address of a camera to connect to, inside the device networks. */
export async function resolveAddress(host: string, networks: DeviceNetworks): Promise<Result<string, StreamFault>> {
  const admitted = await admitHost(host, networks, lookupAll);
  if (admitted === undefined) return failed(fault('unresolvable', 'the name of the camera is not known to the DNS'));
  if (admitted !== 'outside') return ok(admitted.address);
  return failed(fault('outside-networks', 'the camera lies outside the device networks (FENGSUI_DEVICE_NETWORKS)'));
}

async function lookupAll(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return []; // not known, or no resolver: to the caller both are a name without an address
  }
}
