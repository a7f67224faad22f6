import { expect, it, onTestFinished } from 'vitest';
import { type CameraOptions, startCamera } from '../../../simulators/camera/camera.ts';
import { deviceService } from '../../../simulators/camera/onvif/device.ts';
import { deviceIoService } from '../../../simulators/camera/onvif/device-io.ts';
import { eventService } from '../../../simulators/camera/onvif/events.ts';
import { imagingService } from '../../../simulators/camera/onvif/imaging.ts';
import { mediaService } from '../../../simulators/camera/onvif/media.ts';
import { media2Service } from '../../../simulators/camera/onvif/media2.ts';
import { NAMESPACES } from '../../../simulators/camera/onvif/namespaces.ts';
import type { Service } from '../../../simulators/camera/onvif/operation.ts';
import { ptzService } from '../../../simulators/camera/onvif/ptz.ts';
import { recordingServices } from '../../../simulators/camera/onvif/recording.ts';
import { type Element, readRequest, textAt } from '../../../simulators/camera/onvif/soap.ts';
import { faultsOf } from '../../parts/onvif-sequences.ts';
import { postSoap, usernameToken } from '../../parts/plain-soap.ts';

const credentials = { username: 'operator', password: 'geheim' };
const SERVICES: readonly Service[] = [
  deviceService(() => []),
  mediaService,
  media2Service,
  imagingService,
  ptzService,
  deviceIoService,
  ...recordingServices,
];

async function answersOf(options: Partial<CameraOptions> = {}) {
  const camera = await startCamera({
    id: 'cam-1',
    name: '沪昆线 K812+150',
    media2: 'H265',
    ...credentials,
    ...options,
  });
  onTestFinished(() => camera.stop());
  const ask = async (address: string, body: string): Promise<Element> => {
    const { status, text } = await postSoap(address, body, usernameToken(credentials));
    expect([body, status, text]).toEqual([body, 200, text]);
    return readRequest(text).body;
  };
  const askService = ({ path, prefix }: Service, operation: string, inside = ''): Promise<Element> =>
    ask(new URL(path, camera.onvifUrl).href, `<${operation} xmlns="${NAMESPACES[prefix]}">${inside}</${operation}>`);
  return { camera, ask, askService };
}

it.each(['generic', undefined] as const)(
  'answers every question in the order of the schemas (spaces of the head: %s)',
  async (headSpaces) => {
    const { askService } = await answersOf(headSpaces === undefined ? {} : { quirks: { headSpaces } });
    const search = recordingServices.find(({ prefix }) => prefix === 'tse');
    const searchToken = search && textAt(await askService(search, 'FindRecordings'), 'SearchToken');
    const details = `<IncludeCapability>true</IncludeCapability><ProfileToken>main</ProfileToken>
      <VideoSourceToken>video-source</VideoSourceToken><RecordingToken>recording-1</RecordingToken>
      <SearchToken>${searchToken}</SearchToken>`;
    const answers: Element[] = [];
    for (const service of SERVICES) {
      for (const operation of Object.keys(service.operations).filter((name) => name.startsWith('Get'))) {
        answers.push(await askService(service, operation, details));
      }
    }
    expect(answers.length).toBeGreaterThan(30);
    expect(answers.flatMap(faultsOf)).toEqual([]);
  },
);

it('subscribes, tells and renews in the order of the schemas', async () => {
  const { camera, ask, askService } = await answersOf();
  const created = await askService(eventService, 'CreatePullPointSubscription');
  const address = textAt(created, 'SubscriptionReference', 'Address') ?? '';
  camera.raise('RuleEngine/FieldDetector/ObjectsInside', { data: { ObjectId: 7, IsInside: true } });
  const [tev, wsnt] = [`xmlns="${NAMESPACES.tev}"`, `xmlns="${NAMESPACES.wsnt}"`];
  const pulled = await ask(
    address,
    `<PullMessages ${tev}><Timeout>PT1S</Timeout><MessageLimit>99</MessageLimit></PullMessages>`,
  );
  expect(pulled.children.filter(({ name }) => name === 'NotificationMessage').length).toBeGreaterThan(1);
  const renewed = await ask(address, `<Renew ${wsnt}><TerminationTime>PT30S</TerminationTime></Renew>`);
  const properties = await askService(eventService, 'GetEventProperties');
  expect([created, pulled, renewed, properties].flatMap(faultsOf)).toEqual([]);
});
