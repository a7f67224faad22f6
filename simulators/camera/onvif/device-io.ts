import type { EventBroker } from './broker.ts';
import { badArgument } from './fault.ts';
import type { Operation, Service } from './operation.ts';
import { textAt } from './soap.ts';
import { tag, type Xml, xml } from './xml.ts';

/** The relays and inputs of a camera: one of each, as most have. */
export class DeviceIo {
  readonly relays = new Map([['relay-1', false]]);
  readonly inputs: readonly string[] = ['input-1'];
  readonly #broker: EventBroker;

  constructor(broker: EventBroker) {
    this.#broker = broker;
  }

  /** Throws a SoapFault for a relay that there is not. */
  setRelay(token: string, isActive: boolean): void {
    if (!this.relays.has(token)) throw badArgument(`There is no relay '${token}'`, 'ter:RelayToken');
    this.relays.set(token, isActive);
    const state = isActive ? 'active' : 'inactive';
    this.#broker.raise('Device/Trigger/Relay', { source: { RelayToken: token }, data: { LogicalState: state } });
  }
}

const getRelayOutputs: Operation = ({ site }) => {
  const described = [...site.io.relays.keys()].map((token) =>
    tag(
      'tds:RelayOutputs',
      { token },
      xml`<tt:Properties><tt:Mode>Bistable</tt:Mode><tt:DelayTime>PT0S</tt:DelayTime><tt:IdleState>open</tt:IdleState></tt:Properties>`,
    ),
  );
  return xml`<tds:GetRelayOutputsResponse>${described}</tds:GetRelayOutputsResponse>`;
};

const setRelayOutputState: Operation = ({ site, body }) => {
  const state = textAt(body, 'LogicalState');
  if (state !== 'active' && state !== 'inactive') throw badArgument('active or inactive', 'ter:ModeError');
  site.io.setRelay(textAt(body, 'RelayOutputToken') ?? '', state === 'active');
  return xml`<tds:SetRelayOutputStateResponse/>`;
};

/** What of it the device service answers. */
export const relayOperations = { GetRelayOutputs: getRelayOutputs, SetRelayOutputState: setRelayOutputState };

const input = (token: string): Xml => tag('tmd:DigitalInputs', { token, IdleState: 'open' }, xml``);

export const deviceIoService: Service = {
  path: '/onvif/deviceio_service',
  prefix: 'tmd',
  version: { major: 2, minor: 60 },
  operations: {
    GetServiceCapabilities: () =>
      xml`<tmd:GetServiceCapabilitiesResponse><tmd:Capabilities VideoSources="1" RelayOutputs="1" DigitalInputs="1"/></tmd:GetServiceCapabilitiesResponse>`,
    GetDigitalInputs: ({ site }) =>
      xml`<tmd:GetDigitalInputsResponse>${site.io.inputs.map(input)}</tmd:GetDigitalInputsResponse>`,
  },
};
