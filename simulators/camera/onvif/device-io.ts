import { badArgument } from './fault.ts';
import type { Operation, Service } from './operation.ts';
import { textAt } from './soap.ts';
import { tag, type Xml, xml } from './xml.ts';

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
