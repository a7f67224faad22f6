import { slotsTaken } from './broker.ts';
import { SoapFault, unknownOperation } from './fault.ts';
import { writeNotification } from './notification.ts';
import type { Operation, Service } from './operation.ts';
import type { PullPoint } from './pull-point.ts';
import { bring } from './push.ts';
import type { Call, OnvifSite } from './site.ts';
import { child, type Element, textAt } from './soap.ts';
import { parseDuration, parseMoment } from './time.ts';
import { TOPICS, type Topic } from './topics.ts';
import { dateTime, NOTHING, tag, type Xml, xml } from './xml.ts';

const DEFAULT_LIFETIME = 'PT60S';
/** The longest that a pull may wait; a client that asks for more gets this. */
const PULL_MAX_MS = 60_000;
const MESSAGES_MAX = 100;
const CONCRETE_SET = 'http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet';
const DIALECTS = [CONCRETE_SET, 'http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete'];
/** Where a subscription of its own lives: this and its id. */
export const SUBSCRIPTION_PATH = '/onvif/subscription/';

const capabilities = xml`WSSubscriptionPolicySupport="false" WSPullPointSupport="true" MaxPullPoints="20"`;

const createPullPointSubscription: Operation = ({ site, body }) => {
  if (site.quirks.pushOnly) throw unknownOperation();
  const point = subscribe(site, body);
  return xml`<tev:CreatePullPointSubscriptionResponse>
    <tev:SubscriptionReference><wsa:Address>${addressOf(site, point)}</wsa:Address></tev:SubscriptionReference>
    ${times('wsnt', site.now(), point)}
  </tev:CreatePullPointSubscriptionResponse>`;
};

/** Source: WS-BaseNotification 1.3, 4.2. */
const subscribePushed: Operation = ({ site, body }) => {
  const consumer = textAt(body, 'ConsumerReference', 'Address') ?? '';
  if (!/^http:\/\//.test(consumer)) throw new SoapFault('No such consumer', ['wsnt:SubscribeCreationFailedFault']);
  const point = subscribe(site, body);
  void bring(point, consumer); // it ends with the subscription
  return xml`<wsnt:SubscribeResponse>
    <wsnt:SubscriptionReference><wsa:Address>${addressOf(site, point)}</wsa:Address></wsnt:SubscriptionReference>
    ${times('wsnt', site.now(), point)}
  </wsnt:SubscribeResponse>`;
};

function subscribe(site: OnvifSite, body: Element): PullPoint {
  if (site.quirks.refuseSubscriptions) throw slotsTaken();
  const ends = endOf(site, textAt(body, 'InitialTerminationTime'));
  const wants = filterOf(child(body, 'Filter'));
  return site.quirks.oneAddress ? site.broker.replace(wants, ends) : site.broker.subscribe(wants, ends);
}

const addressOf = (site: OnvifSite, { id }: PullPoint): string => `${site.baseUrl()}${SUBSCRIPTION_PATH}${id}`;

function endOf({ quirks, now }: OnvifSite, text = DEFAULT_LIFETIME): number {
  const isRelative = text.startsWith('P');
  if (isRelative && quirks.refuseRelativeTimes) {
    throw new SoapFault('Termination time must be absolute', ['wsnt:UnacceptableTerminationTimeFault']);
  }
  return parseMoment(text, now());
}

const pullMessages: Operation = async (call) => {
  const { site, body } = call;
  const point = pointOf(call);
  const timeoutMs = Math.min(parseDuration(textAt(body, 'Timeout') ?? 'PT0S'), PULL_MAX_MS);
  const limit = Math.min(Math.max(1, Number(textAt(body, 'MessageLimit') ?? 1) || 1), MESSAGES_MAX);
  if (site.quirks.renewUnsupported) site.broker.prolong(point, site.now() + point.lifetimeMs);
  const messages = await point.pull({ timeoutMs, limit });
  pointOf(call); // it may have ended meanwhile
  return xml`<tev:PullMessagesResponse>
    ${times('tev', site.now(), point)}${messages.map(writeNotification)}
  </tev:PullMessagesResponse>`;
};

const renew: Operation = (call) => {
  const { site, body } = call;
  if (site.quirks.renewUnsupported) throw new SoapFault('Renew is not supported', ['ter:ActionNotSupported'], 500);
  const point = pointOf(call);
  const now = site.now();
  site.broker.prolong(point, endOf(site, textAt(body, 'TerminationTime')));
  return xml`<wsnt:RenewResponse>${times('wsnt', now, point, true)}</wsnt:RenewResponse>`;
};

const unsubscribe: Operation = (call) => {
  const point = pointOf(call);
  if (call.site.quirks.dropAllOnUnsubscribe) call.site.broker.endAll();
  else call.site.broker.unsubscribe(point);
  return xml`<wsnt:UnsubscribeResponse/>`;
};

const setSynchronizationPoint: Operation = (call) => {
  call.site.broker.synchronise(pointOf(call));
  return xml`<tev:SetSynchronizationPointResponse/>`;
};

const getEventProperties: Operation = () => xml`<tev:GetEventPropertiesResponse>
  <tev:TopicNamespaceLocation>http://www.onvif.org/onvif/ver10/topics/topicns.xml</tev:TopicNamespaceLocation>
  <wsnt:FixedTopicSet>true</wsnt:FixedTopicSet>
  <wstop:TopicSet>${topicTree(TOPICS.map((topic) => ({ names: topic.topic.split('/'), topic })))}</wstop:TopicSet>
  <wsnt:TopicExpressionDialect>${CONCRETE_SET}</wsnt:TopicExpressionDialect>
  <wsnt:TopicExpressionDialect>${DIALECTS[1] ?? ''}</wsnt:TopicExpressionDialect>
  <tev:MessageContentFilterDialect>http://www.onvif.org/ver10/tev/messageContentFilter/ItemFilter</tev:MessageContentFilterDialect>
  <tev:MessageContentSchemaLocation>http://www.onvif.org/onvif/ver10/schema/onvif.xsd</tev:MessageContentSchemaLocation>
</tev:GetEventPropertiesResponse>`;

const pointOf = ({ site, subscription }: Call): PullPoint => site.broker.find(subscription);

/** A subscription's clock and end. Renew answers them the other way round. */
function times(prefix: 'wsnt' | 'tev', now: number, { terminatesAt }: PullPoint, endFirst = false): Xml {
  const current = tag(`${prefix}:CurrentTime`, {}, xml`${dateTime(now)}`);
  const end = tag(`${prefix}:TerminationTime`, {}, xml`${dateTime(terminatesAt)}`);
  return endFirst ? xml`${end}${current}` : xml`${current}${end}`;
}

/** Which topics a filter lets through: `tns1:RuleEngine//.|tns1:VideoSource/MotionAlarm`. Throws for other dialects. */
function filterOf(filter: Element | undefined): (topic: string) => boolean {
  const expression = filter && child(filter, 'TopicExpression');
  if (expression === undefined) return () => true;
  if (!DIALECTS.includes(expression.attributes.get('Dialect') ?? CONCRETE_SET)) {
    throw new SoapFault('Unknown topic dialect', ['wsnt:TopicExpressionDialectUnknownFault']);
  }
  const wanted = expression.text.split('|').map((part) => part.trim().replaceAll(/[\w.-]+:(?=\w)/g, ''));
  return (topic) =>
    wanted.some((part) => (part.endsWith('//.') ? `${topic}/`.startsWith(`${part.slice(0, -3)}/`) : part === topic));
}

type Branch = Readonly<{ names: readonly string[]; topic: Topic }>;

function topicTree(branches: readonly Branch[], prefix = 'tns1:'): readonly Xml[] {
  const byName = Map.groupBy(branches, ({ names }) => names[0] ?? '');
  return [...byName].map(([name, below]) => {
    const leaf = below.find(({ names }) => names.length === 1);
    if (leaf !== undefined) return topicLeaf(prefix + name, leaf.topic);
    const deeper = topicTree(
      below.map(({ names, topic }) => ({ names: names.slice(1), topic })),
      '',
    );
    return tag(prefix + name, { 'wstop:topic': false }, xml`${deeper}`);
  });
}

function topicLeaf(name: string, { isProperty, source, key, data }: Topic): Xml {
  const items = (described: readonly Readonly<{ name: string; type: string }>[]): readonly Xml[] =>
    described.map((item) => xml`<tt:SimpleItemDescription Name="${item.name}" Type="${item.type}"/>`);
  const description = xml`<tt:MessageDescription IsProperty="${isProperty}">
    <tt:Source>${items(source)}</tt:Source>
    ${key.length === 0 ? NOTHING : xml`<tt:Key>${items(key)}</tt:Key>`}
    <tt:Data>${items(data)}</tt:Data>
  </tt:MessageDescription>`;
  return tag(name, { 'wstop:topic': true }, description);
}

export const eventService: Service = {
  path: '/onvif/event_service',
  prefix: 'tev',
  speaks: ['wsnt'],
  version: { major: 2, minor: 60 },
  operations: {
    GetServiceCapabilities: () =>
      xml`<tev:GetServiceCapabilitiesResponse><tev:Capabilities ${capabilities}/></tev:GetServiceCapabilitiesResponse>`,
    GetEventProperties: getEventProperties,
    CreatePullPointSubscription: createPullPointSubscription,
    Subscribe: subscribePushed,
  },
};

/** What a subscription answers on its own address: WS-BaseNotification's calls and ONVIF's own. */
export const subscriptionOperations: Readonly<Record<string, Operation>> = {
  'tev PullMessages': pullMessages,
  'tev SetSynchronizationPoint': setSynchronizationPoint,
  'wsnt Renew': renew,
  'wsnt Unsubscribe': unsubscribe,
};
