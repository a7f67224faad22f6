import { randomUUID } from 'node:crypto';
import cookies from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { alarmRecords } from './alarm-records.ts';
import { alarms } from './alarms.ts';
import { announcements } from './announcements.ts';
import { auditRequests, auditTrail } from './audit-trail.ts';
import { cameraReports } from './camera-reports.ts';
import { cameras } from './cameras.ts';
import { serveConsole } from './console.ts';
import { Problem } from './contract/problem.ts';
import { deadLetters } from './dead-letters.ts';
import { deviceChanges } from './device-changes.ts';
import { deviceImport } from './device-import.ts';
import { devices } from './devices.ts';
import { discovery } from './discovery.ts';
import { describeRoutes, serveDescription } from './docs.ts';
import { evidence } from './evidence.ts';
import { guardRequests } from './gate.ts';
import { health, requestTimer } from './health.ts';
import { serveHttpFlv } from './http-flv.ts';
import { keepAnswers } from './idempotency.ts';
import { lines } from './lines.ts';
import { linkages } from './linkages.ts';
import { patrolRounds } from './patrol-rounds.ts';
import { patrolTasks } from './patrol-tasks.ts';
import { places } from './places.ts';
import type { HttpPorts } from './ports.ts';
import { answerProblem, checkPart } from './problems.ts';
import { recordings } from './recordings.ts';
import { regions } from './regions.ts';
import { session } from './session.ts';
import { sound } from './sound.ts';
import { stats } from './stats.ts';
import { system } from './system.ts';
import { talk } from './talk.ts';
import { routeUpgrades } from './upgrades.ts';
import { users } from './users.ts';
import { vendors } from './vendors.ts';
import { Viewings } from './viewings.ts';
import { walls } from './walls.ts';
import { serveWhep } from './whep.ts';
import { workOrderStats } from './work-order-stats.ts';
import { workOrders } from './work-orders.ts';

const BODY_MAX_BYTES = 1_048_576;
/** Requests of one person, or of one address without a session, in a minute: far above a desk with a full wall. */
const REQUESTS_PER_MINUTE = 6_000;
/** A body that takes longer to arrive is not waited for. */
const REQUEST_TIMEOUT_MS = 30_000;

const RESOURCES = [
  session,
  alarms,
  alarmRecords,
  linkages,
  evidence,
  devices,
  deviceImport,
  deviceChanges,
  cameraReports,
  stats,
  cameras,
  recordings,
  talk,
  announcements,
  sound,
  discovery,
  regions,
  lines,
  patrolTasks,
  patrolRounds,
  workOrders,
  workOrderStats,
  places,
  users,
  walls,
  deadLetters,
  auditTrail,
  system,
];

/** The whole HTTP side, ready to listen; nothing is opened yet but the store of answers, which closes with it. */
export async function buildHttp(ports: HttpPorts): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = ports.log;
  const http: FastifyInstance = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    // A proxy on this machine says who really calls; nobody else is believed.
    trustProxy: 'loopback',
  });
  http.removeContentTypeParser('text/plain'); // JSON only: a form of another site cannot send it unasked
  http.setValidatorCompiler(checkPart);
  http.setSerializerCompiler(serializerCompiler);
  http.setErrorHandler(answerProblem);
  await protect(http);
  guardRequests(http, ports.access);
  await limitRates(http);
  timeRequests(http, ports);
  auditRequests(http, ports.access);
  keepAnswers(http, ports);
  describeProblems(http);
  await describeRoutes(http);
  await http.register(health, ports);
  await http.register(
    async (api) => {
      for (const resource of RESOURCES) await api.register(resource, ports);
    },
    { prefix: '/api/v1' },
  );
  await http.register(vendors, { prefix: '/vendors', vendors: ports.vendors });
  serveDescription(http, ports.access);
  const viewings = new Viewings(ports);
  const stopLooking = viewings.start();
  http.addHook('onClose', async () => stopLooking());
  serveHttpFlv(http, { ...ports, viewings });
  await serveWhep(http, { ...ports, viewings });
  await serveConsole(http, ports.consoleDir);
  routeUpgrades(http.server, { ...ports, viewings });
  return http;
}

/** The page may load what comes from here and nothing else. Source: CONSOLE.md, "Strict CSP holds". */
async function protect(http: FastifyInstance): Promise<void> {
  await http.register(cookies);
  await http.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Over plain HTTP browsers ignore it; over HTTPS it is for the proxy in front, which knows all its hosts.
    strictTransportSecurity: false,
  });
}

async function limitRates(http: FastifyInstance): Promise<void> {
  await http.register(rateLimit, {
    max: REQUESTS_PER_MINUTE,
    timeWindow: '1 minute',
    keyGenerator: ({ holder, ip }) => holder?.operator.username ?? `address ${ip}`,
  });
}

function timeRequests(http: FastifyInstance, { metrics }: HttpPorts): void {
  const observe = requestTimer(metrics);
  http.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    observe(method, routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime);
  });
}

/** Every route can answer a problem: said once, here. */
function describeProblems(http: FastifyInstance): void {
  http.addHook('onRoute', (route) => {
    const response = route.schema?.response;
    if (typeof response !== 'object' || response === null) return;
    route.schema = { ...route.schema, response: { '4xx': Problem, '5xx': Problem, ...response } };
  });
}
