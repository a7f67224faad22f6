import type { MqttAdapter } from '../adapters/mqtt/mqtt.ts';
import { createVendors, type VendorPorts, type Vendors } from '../adapters/vendor/vendors.ts';
import type { HttpPorts } from './http/ports.ts';

export type VendorHouse = Readonly<{
  vendors: Vendors;
  /** Dead letters go back the way they came: by the makers' own ways, or by MQTT. */
  deadLetters: HttpPorts['deadLetters'];
}>;

export async function openVendorHouse(ports: VendorPorts, mqtt: () => MqttAdapter): Promise<VendorHouse> {
  const vendors = await createVendors(ports);
  return {
    vendors,
    deadLetters: {
      replay: (topic, payload) =>
        vendors.owns(topic) ? vendors.replay(topic, payload) : mqtt().replay(topic, payload),
    },
  };
}
